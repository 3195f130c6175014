import type { UpstreamResult } from '../../oauth/transport.ts';
import type { Identified } from '../authorization.ts';
import { accountProfile, judgeEnvelope, type CalComResult } from './envelope.ts';

/**
 * Whether an answer to an access token is about that token: 498 is Cal.com's own status for an expired one, 401 for one
 * that it does not (or no longer) know.
 */
export function refusesToken(result: UpstreamResult, judged: CalComResult): boolean {
  return result.kind === 'answered' && (result.status === 498 || result.status === 401) && judged.kind !== 'unknown';
}

/**
 * Whose an access token is, from the answer of `/me`.
 *
 * @param now epoch milliseconds
 */
export function ownerInAnswer(result: UpstreamResult, now: number): Identified {
  const judged = judgeEnvelope(result, now);
  if (refusesToken(result, judged)) return { kind: 'refused', detail: 'Cal.com refuses the access token' };
  const profile = judged.kind === 'success' ? accountProfile(judged.data) : undefined;
  if (profile !== undefined) return { kind: 'known', accountId: profile.accountId, shown: profile };
  return { kind: 'unreachable', detail: `Cal.com does not say whose the access token is: ${reason(judged)}` };
}

function reason(judged: CalComResult): string {
  if (judged.kind === 'success') return 'its answer has no user';
  return judged.kind === 'error' ? judged.error.text : judged.detail;
}
