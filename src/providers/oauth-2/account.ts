import { exactMemberAt } from '../../oauth/answer/exact-member.ts';
import { idTokenClaims, type IdTokenTrust } from '../../oauth/id-token.ts';
import { jsonMember, jsonMemberAt } from '../../oauth/json-member.ts';
import type { UpstreamAnswer, UpstreamCall } from '../../oauth/transport.ts';
import type { Secret } from '../../secret.ts';
import type { AccountProfile, ShownAccount } from '../provider.ts';
import { accountIdOf, shownAccount } from '../to-profile.ts';
import type { OAuth2AccountDefinition, OAuth2AuthorizationDefinition } from './definition.ts';

const READ_TIMEOUT_MS = 5_000;

/** What a description of an account says of it. */
export interface AccountFound {
  /** Undefined if it has none that can serve as one. */
  readonly accountId: string | undefined;
  readonly shown: ShownAccount;
}

/** An answer, of which an id keeps all its digits. */
type Document = Pick<UpstreamAnswer, 'json' | 'body'>;

/** What stands of an account in an answer. */
export function accountIn({ json, body }: Document, places: OAuth2AccountDefinition): AccountFound {
  const at = (path: string | undefined) => (path === undefined ? undefined : jsonMemberAt(json, path));
  const { id, username, email, name, timeZone } = places;
  return {
    accountId: id === undefined ? undefined : accountIdOf(exactMemberAt({ json, body }, id)),
    shown: shownAccount({ username: at(username), email: at(email), name: at(name), timeZone: at(timeZone) }),
  };
}

/**
 * The call that asks whose an access token is.
 *
 * @param options `accessToken` undefined to see what the provider answers without one; `common`, headers of every call
 */
export function accountCall(
  { method = 'GET', body, headers }: OAuth2AccountDefinition,
  {
    url,
    accessToken,
    common,
  }: { url: string; accessToken: Secret | undefined; common: Readonly<Record<string, string>> },
): UpstreamCall {
  return {
    method,
    url,
    headers: {
      ...common,
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken.reveal()}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    timeoutMs: READ_TIMEOUT_MS,
  };
}

/**
 * The account that a token answer is about; undefined if it does not say, or is not asked.
 *
 * @param said the answer to the redemption of a code
 */
export function accountInTokenAnswer(
  said: Document,
  { account, issuer }: OAuth2AuthorizationDefinition,
  clientId: string,
): AccountProfile | undefined {
  if (account.from !== 'token_answer' && account.from !== 'id_token') return undefined;
  const source = account.from === 'id_token' ? idTokenIn(said, { audience: clientId, issuer }) : said;
  const { accountId, shown } = accountIn(source, account);
  return accountId === undefined ? undefined : { accountId, ...shown };
}

/** The claims of the ID token in a token answer, and the bytes that they are written in. */
function idTokenIn({ json }: Document, trust: IdTokenTrust): Document {
  const token = jsonMember(json, 'id_token');
  const [, payload = ''] = typeof token === 'string' ? token.split('.') : [];
  return { json: idTokenClaims(token, trust), body: Buffer.from(payload, 'base64url') };
}
