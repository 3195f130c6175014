import { jsonMember } from '../../oauth/json-member.ts';
import type { UpstreamResult } from '../../oauth/transport.ts';
import { Secret } from '../../secret.ts';
import type { OAuth2Definition } from './definition.ts';
import type { ClientCheck, ExchangeResult } from '../provider.ts';

/**
 * A refresh token that no server has issued: a server that refuses the token and not the client has accepted the
 * client.
 */
export const MADE_UP_TOKEN = new Secret('evergrant-asks-whether-its-client-is-accepted');

/** What a server that has no endpoint at this URL answers. */
const NOBODY_THERE = [404, 405, 410];

/**
 * Whether the answer to {@link MADE_UP_TOKEN} shows that the client is accepted.
 *
 * @param clientSettings the settings that hold the client's id and secret
 */
export function clientCheck(
  { name, tokenUrl, clientId }: OAuth2Definition,
  clientSettings: string,
  { result, answer }: { readonly result: UpstreamResult; readonly answer: ExchangeResult },
): ClientCheck {
  const { host } = new URL(tokenUrl);
  const detail = 'detail' in answer ? answer.detail : answer.kind;
  if (answer.kind === 'client_refused') {
    return { verdict: 'refused', detail: `${host} refuses the client. Check ${clientSettings}. It says: ${detail}.` };
  }
  if (answer.kind === 'rejected' || answer.kind === 'obtained') {
    return { verdict: 'accepted', detail: `${host} accepts ${clientId}.` };
  }
  if (isReasoned(result)) {
    const advice = `Run evergrant providers check ${name} to see what to write into its definition.`;
    return { verdict: 'unclear', detail: `${host} answers in words of its own (${detail}). ${advice}` };
  }
  return { verdict: 'unreachable', detail: `${host} does not answer properly: ${detail}.` };
}

/** Whether a token endpoint has looked at the request and says what is wrong with it, in whatever words. */
export function isReasoned(result: UpstreamResult): boolean {
  if (result.kind !== 'answered') return false;
  const { status, json } = result;
  if (status < 200 || (status >= 300 && status < 400) || status === 429 || status >= 500) return false;
  const says = ['error', 'errors', 'error_code', 'errorCode', 'code'].some(
    (name) => jsonMember(json, name) !== undefined,
  );
  return says && !NOBODY_THERE.includes(status);
}
