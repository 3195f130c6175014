import { setTimeout as sleep } from 'node:timers/promises';
import { ScriptedProvider } from '../../support/grants/scripted-provider.ts';
import { profile } from '../../support/stores/one-grant.ts';
import { Secret } from '../../../src/secret.ts';

const HOUR_MS = 3_600_000;

/** A provider that makes accounts, and takes each refresh token once. */
export interface RotatingProvider {
  readonly provider: ScriptedProvider;
  /** How often each account was refreshed, by its e-mail. */
  readonly refreshes: ReadonlyMap<string, number>;
  /** Refresh tokens that came when they were spent. */
  readonly spentTwice: readonly string[];
  /** The one refresh token that each account takes, by its e-mail. */
  live(): ReadonlyMap<string, string>;
}

/** A new one, whose tokens live for an hour. */
export function rotatingProvider(): RotatingProvider {
  const refreshes = new Map<string, number>();
  const spentTwice: string[] = [];
  const owners = new Map<string, string>();
  let count = 0;
  const issued = (email: string) => {
    count += 1;
    owners.set(`refresh-${count}`, email);
    const [accessToken, refreshToken] = [new Secret(`access-${count}`), new Secret(`refresh-${count}`)];
    return { accessToken, refreshToken, expiresAt: Date.now() + HOUR_MS, tokenType: 'Bearer' };
  };
  const provider = new ScriptedProvider({
    recover: false,
    script: async ({ kind, about }) => {
      await sleep(20);
      if (kind === 'provision') return { kind: 'obtained', tokens: issued(about), profile: profile(about) };
      const email = owners.get(about);
      if (email === undefined) {
        spentTwice.push(about);
        return { kind: 'rejected', detail: 'spent' };
      }
      owners.delete(about);
      refreshes.set(email, (refreshes.get(email) ?? 0) + 1);
      return { kind: 'obtained', tokens: issued(email) };
    },
  });
  return { provider, refreshes, spentTwice, live: () => new Map([...owners].map(([token, email]) => [email, token])) };
}
