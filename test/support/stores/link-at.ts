import assert from 'node:assert/strict';
import type { ConnectionVerdict, NewConnection, TakenLink } from '../../../src/grants/storage/link-store.ts';
import { Secret } from '../../../src/secret.ts';
import type { Stores } from '../../../src/stores/index.ts';
import { HOUR_MS, profile, REALM } from './one-grant.ts';
import { scheduledAnswer } from './scheduled.ts';

let words = 0;
const word = (what: string) => new Secret(`${what}-${(words += 1)}`);

/** Takes a link of this subject whose user has consented a moment ago, by the machine's clock. */
export async function takenLink({ links }: Stores, subject: string): Promise<TakenLink> {
  const [ticket, state, browser, completion] = [word('ticket'), word('state'), word('browser'), word('completion')];
  const expiresAt = Date.now() + 600_000;
  await links.begin({ realm: REALM, subject, returnTo: 'https://app.example/', ticket, expiresAt });
  assert.ok(await links.startAuthorization(ticket, { browser, state, codeVerifier: undefined }));
  assert.ok(await links.receive(state, browser, { code: word('code'), completion }));
  const link = await links.take(completion, { realm: REALM, subject });
  assert.ok(typeof link === 'object' && !('connected' in link));
  return link;
}

/** What a consent to this account brings: tokens that live for an hour. */
export function answerOf(account: string): NewConnection['answer'] {
  const tokens = { accessToken: word('access'), refreshToken: word('refresh'), tokenType: 'Bearer' };
  return { kind: 'obtained', tokens: { ...tokens, expiresAt: Date.now() + HOUR_MS }, profile: profile(account) };
}

/** All of it: the subject links this account, in the place of any other. */
export async function linkAt(stores: Stores, subject: string, account: string): Promise<ConnectionVerdict['kind']> {
  const link = await takenLink(stores, subject);
  return (await stores.links.connect({ link, ...scheduledAnswer(answerOf(account)), replace: true })).kind;
}
