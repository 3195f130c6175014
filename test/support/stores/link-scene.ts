import assert from 'node:assert/strict';
import type { ConnectionVerdict, TakenLink } from '../../../src/grants/storage/link-store.ts';
import type { AccountProfile, Obtained } from '../../../src/providers/provider.ts';
import { Secret } from '../../../src/secret.ts';
import type { Stores } from '../../../src/stores/index.ts';
import { HOUR_MS, profile, REALM } from './one-grant.ts';
import type { SqlPlace } from './sql-place.ts';
import { scheduledAnswer } from './scheduled.ts';

export type OpenSqlPlace = () => Promise<SqlPlace>;

/** Two instances on one database, and the words for linking subjects to accounts. */
export interface LinkStoreScene extends AsyncDisposable {
  readonly place: SqlPlace;
  readonly stores: Stores;
  readonly other: Stores;
  /** Everything up to the completion; gives the word for that. */
  consent(subject: string): Promise<Secret>;
  /** Completes with tokens of that name; `refresh` false for an answer without a refresh token. */
  complete(
    subject: string,
    completion: Secret,
    brought: { account: string; name: string; refresh?: boolean; replace?: boolean },
  ): Promise<ConnectionVerdict>;
  /** Both. */
  link(subject: string, account: string, name: string): Promise<ConnectionVerdict>;
  /** The name of the current access token. */
  current(subject: string): Promise<string | undefined>;
}

export async function linkStoreScene(openPlace: OpenSqlPlace): Promise<LinkStoreScene> {
  const place = await openPlace();
  const [stores, other] = [await place.openAll(), await place.openAll()];
  let words = 0;
  const word = (what: string) => new Secret(`${what}-${(words += 1)}`);
  const consent: LinkStoreScene['consent'] = async (subject) => {
    const [ticket, state, browser, completion] = [word('ticket'), word('state'), word('browser'), word('completion')];
    const expiresAt = place.clock.now() + 600_000;
    await stores.links.begin({ realm: REALM, subject, returnTo: 'https://app.example/', ticket, expiresAt });
    assert.ok(await other.links.startAuthorization(ticket, { browser, state, codeVerifier: word('verifier') }));
    assert.ok(await stores.links.receive(state, browser, { code: word('code'), completion }));
    return completion;
  };
  const complete: LinkStoreScene['complete'] = async (subject, completion, { account, name, refresh, replace }) => {
    const link = await taken(other, completion, { realm: REALM, subject });
    const answer: Obtained & { profile: AccountProfile } = {
      kind: 'obtained',
      tokens: {
        accessToken: new Secret(`access-${name}`),
        expiresAt: place.clock.now() + HOUR_MS,
        tokenType: 'Bearer',
        ...(refresh === false ? {} : { refreshToken: new Secret(`refresh-${name}`) }),
      },
      profile: profile(account),
    };
    return other.links.connect({ link, ...scheduledAnswer(answer), replace: replace ?? false });
  };
  return {
    place,
    stores,
    other,
    consent,
    complete,
    link: async (subject, account, name) => complete(subject, await consent(subject), { account, name }),
    current: async (subject) => (await stores.grants.view(REALM, subject))?.current?.accessToken().reveal(),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

/** Takes a link that nobody holds. */
export async function taken(
  { links }: Stores,
  completion: Secret,
  owner: { readonly realm: string; readonly subject: string },
): Promise<TakenLink> {
  const link = await links.take(completion, owner);
  assert.ok(typeof link === 'object', typeof link === 'string' ? `it is ${link}` : 'the completion is good');
  assert.ok(!('connected' in link), 'it is connected');
  return link;
}
