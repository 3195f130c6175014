import { claimedLife } from '../../oauth/tokens/expiry-claim.ts';
import { jsonMemberAt } from '../../oauth/json-member.ts';
import { retryAfterMs } from '../../oauth/retry-after.ts';
import { boundedExpiry, tokenText } from '../../oauth/tokens/token-set.ts';
import type { Transport, UpstreamAnswer } from '../../oauth/transport.ts';
import type { CronofyClient } from './client.ts';
import { ELEMENT_PERMISSIONS } from './element-permissions.ts';
import type { FrontendTokenAnswer, FrontendTokenIssuer, FrontendTokenRequest } from '../provider.ts';

const CALL_TIMEOUT_MS = 10_000;
const HOUR_MS = 3_600_000;
/** Cronofy's tokens last 18 hours. */
const BOUNDS = { fallbackMs: HOUR_MS, maximumMs: 24 * HOUR_MS };
/** The request fields that a refusal can be about. */
const FIELDS = ['origin', 'permissions'] as const satisfies readonly (keyof FrontendTokenRequest)[];

/**
 * Issues Cronofy's element tokens (`POST /v1/element_tokens`), which its UI Elements need in a browser, where an access
 * token cannot be used. Repeating a request does no harm, so it is not an exchange.
 */
export function elementTokens({ apiUrl, clientSecret, now }: CronofyClient, transport: Transport): FrontendTokenIssuer {
  const issue = async (request: FrontendTokenRequest): Promise<FrontendTokenAnswer> => {
    const { accountId, origin, permissions } = request;
    const askedAt = now();
    const result = await transport.send({
      method: 'POST',
      url: `${apiUrl}/v1/element_tokens`,
      headers: { authorization: `Bearer ${clientSecret.reveal()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ version: '1', permissions, subs: [accountId], origin }),
      timeoutMs: CALL_TIMEOUT_MS,
    });
    return result.kind === 'answered' ? judged(result, request, askedAt) : { kind: 'unreachable' };
  };
  return { permissions: ELEMENT_PERMISSIONS, issue };
}

function judged(answer: UpstreamAnswer, request: FrontendTokenRequest, askedAt: number): FrontendTokenAnswer {
  const { status, json, headers } = answer;
  // All of these are for the operator to fix: the secret, the application's permissions, its plan.
  if (status === 401 || status === 402 || status === 403) return { kind: 'client_refused' };
  if (status === 429) return { kind: 'unreachable', retryAfterMs: retryAfterMs(headers['retry-after'], askedAt) };
  if (status === 422) return refused(json);
  const token = status === 200 || status === 201 ? tokenText(jsonMemberAt(json, 'element_token.token')) : undefined;
  if (token === undefined) return { kind: 'unreachable' };
  const end = claimedLife(jsonMemberAt(json, 'element_token.expires_in'), askedAt);
  const { origin, permissions } = request;
  const frontendToken = { token, origin, permissions, expiresAt: boundedExpiry(end, askedAt, BOUNDS) };
  return { kind: 'issued', frontendToken };
}

/** A 422 names the parameters at fault in `errors`. */
function refused(json: unknown): FrontendTokenAnswer {
  if (jsonMemberAt(json, 'errors.subs') !== undefined) return { kind: 'account_refused' };
  const fields = FIELDS.filter((field) => jsonMemberAt(json, `errors.${field}`) !== undefined);
  return fields.length === 0 ? { kind: 'unreachable' } : { kind: 'input_refused', fields };
}
