import { setImmediate } from 'node:timers/promises';
import type { ExchangeKind } from '../../../src/grants/exchange.ts';
import type {
  AccountProfile,
  Applicant,
  ClientCheck,
  ExchangeResult,
  KnownAccount,
  Provider,
  ReuseBehaviour,
} from '../../../src/providers/provider.ts';
import { Secret } from '../../../src/secret.ts';
import { profile, REALM } from '../stores/one-grant.ts';

/** One question that the provider was asked. */
export interface Call {
  readonly kind: Exclude<ExchangeKind, 'import'>;
  /** The refresh token, the account's id, or the applicant's e-mail. */
  readonly about: string;
}

/** What the provider does with a call. */
export type Script = (call: Call) => ExchangeResult | Promise<ExchangeResult>;

/** A provider that does as it is told, and knows what it was asked. */
export class ScriptedProvider implements Provider {
  readonly name = 'some-provider';
  readonly title = 'Some provider';
  readonly realm = REALM;
  readonly needsEmail = true;
  readonly calls: Call[] = [];
  readonly probes: string[] = [];
  readonly onReuse: ReuseBehaviour;
  readonly recover?: (account: KnownAccount) => Promise<ExchangeResult>;
  readonly provision?: (applicant: Applicant) => Promise<ExchangeResult>;
  /** Replaced by tests in the middle of things. */
  script: Script;
  probeAnswer: 'accepted' | 'refused' | 'unreachable' = 'accepted';
  /** What it says of the client when it is asked about that alone. */
  verdict: ClientCheck['verdict'] = 'unreachable';
  profileAnswer: AccountProfile | 'gone' | 'unreachable' = 'unreachable';

  constructor(options: { recover?: boolean; provision?: boolean; onReuse?: ReuseBehaviour; script?: Script } = {}) {
    this.onReuse = options.onReuse ?? 'reject';
    this.script = options.script ?? (() => refusal('unknown'));
    if (options.recover !== false) this.recover = ({ accountId }) => this.#asked('recover', accountId);
    if (options.provision !== false) this.provision = ({ email = 'nobody' }) => this.#asked('provision', email);
  }

  refresh(refreshToken: Secret): Promise<ExchangeResult> {
    return this.#asked('refresh', refreshToken.reveal());
  }

  async probe(accessToken: Secret): Promise<'accepted' | 'refused' | 'unreachable'> {
    this.probes.push(accessToken.reveal());
    await setImmediate();
    return this.probeAnswer;
  }

  checkClient(): Promise<ClientCheck> {
    return Promise.resolve({ verdict: this.verdict, detail: 'scripted' });
  }

  fetchProfile(): Promise<AccountProfile | 'gone' | 'unreachable'> {
    return Promise.resolve(this.profileAnswer);
  }

  /** The calls in short: `refresh refresh-1`. */
  get asked(): string[] {
    return this.calls.map(({ kind, about }) => `${kind} ${about}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is open.
  }

  async #asked(kind: Call['kind'], about: string): Promise<ExchangeResult> {
    const call = { kind, about };
    this.calls.push(call);
    return await this.script(call);
  }
}

/** Tokens `access-1` and `refresh-1`, then `-2` and so on, each for `lifeMs`; with an account where one is created. */
export function issuing(now: () => number, lifeMs: number): Script {
  let count = 0;
  return ({ kind }) => {
    count += 1;
    const tokens = {
      accessToken: new Secret(`access-${count}`),
      expiresAt: now() + lifeMs,
      refreshToken: new Secret(`refresh-${count}`),
      tokenType: 'Bearer',
    };
    return { kind: 'obtained', tokens, ...(kind === 'provision' ? { profile: profile('179', 'Alice') } : {}) };
  };
}

/** An answer without a credential. */
export function refusal(
  kind: Exclude<ExchangeResult['kind'], 'obtained'>,
): Exclude<ExchangeResult, { kind: 'obtained' }> {
  if (kind === 'account_exists') return { kind, accountId: '179', profile: profile('179', 'Alice') };
  if (kind === 'input_refused') return { kind, detail: 'scripted', fields: ['email'] };
  if (kind === 'unreadable') {
    const kept = { status: 200, headers: {}, body: new Secret(btoa('{"tokens":["scripted"]}')), askedAt: 0 };
    return { kind, detail: 'scripted', reason: 'no_access_token', kept };
  }
  return { kind, detail: 'scripted' };
}
