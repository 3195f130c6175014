import type { Outcome } from '../../../../src/grants/exchange.ts';
import type { Memory } from '../../../support/memory-store/rows.ts';
import type { Issue } from '../world/upstream.ts';

/** Whether a success is kept as it came, because nobody could read it. */
export function isUnread(memory: Memory, { nonce }: Issue): boolean {
  return memory.unread.some((row) => row.nonce === nonce);
}

/** Whether an exchange that ended one way may be known to have ended another way later: only more may be known. */
export function mayFollow(before: Outcome, outcome: Outcome | undefined): boolean {
  if (before === 'unknown') return outcome !== undefined;
  return before === 'unreadable' && outcome === 'obtained';
}
