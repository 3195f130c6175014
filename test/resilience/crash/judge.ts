import assert from 'node:assert/strict';
import { ANSWER_IS_LOST, REFUSAL_POINTS, type CrashPlan } from './crash-points.ts';
import { KINDS } from './kinds.ts';
import type { Ledger } from './ledger.ts';
import type { Asked, Slot } from './protocol.ts';
import type { Upstream } from './upstream.ts';

/** How a process died: at a planned step, or at any. */
export type Death = CrashPlan | 'at random';

/** What became of a slot: all is well, or its user must consent again. */
export type Verdict = 'kept' | 'lost' | 'revoked';

/**
 * Judges what a new process makes of a slot whose exchange was under way when the one before died.
 *
 * @throws where anything was lost that could have been kept, or store and provider disagree
 */
export async function judge(
  { upstream, ledger }: { upstream: Upstream; ledger: Ledger },
  slot: Slot,
  asked: Asked,
  death: Death,
): Promise<Verdict> {
  const story = `${slot.kind} ${slot.subject} after death ${death === 'at random' ? death : `at ${death.point} of ${death.kind}`}`;
  const truth = await upstream.truth(slot);
  if (asked.accessToken !== undefined) {
    assert.ok(truth.accessTokens.includes(asked.accessToken), `${story}: got a dead access token`);
    assert.ok(truth.refreshTokens.includes(asked.refreshToken ?? ''), `${story}: holds a dead refresh token`);
    return 'kept';
  }
  assert.equal(asked.error, 'reconnect_required', story);
  const held = (asked.held ?? []).filter((token) => truth.refreshTokens.includes(token));
  assert.deepEqual(held.length, 0, `${story}: must reconnect although it holds a live refresh token`);
  const events = await ledger.rows(
    `select reason from events where type = 'grant.reconnect_required' and grant_id = '${String(asked.grantId)}'`,
  );
  assert.equal(events.length, 1, `${story}: reconnecting is told once`);
  if (wasRevoked(slot, death)) return 'revoked';
  assert.ok(mayBeLost(slot, death), `${story}: lost without need`);
  assert.equal(events[0]?.['reason'], 'answer_lost', story);
  return 'lost';
}

function wasRevoked({ kind }: Slot, death: Death): boolean {
  return death !== 'at random' && death.kind === kind && REFUSAL_POINTS.some((point) => point === death.point);
}

/** Whoever wasn't the one to die at a certain step may have been at any. */
function mayBeLost({ kind }: Slot, death: Death): boolean {
  if (KINDS.find(({ name }) => name === kind)?.mayLose !== true) return false;
  return death === 'at random' || death.kind !== kind || ANSWER_IS_LOST.includes(death.point);
}
