import type { EventReason } from '../../../src/grants/events.ts';
import type { CredentialRow, ExchangeRow, Memory } from './rows.ts';

/** A point in time and how long a call may take effect after its exchange was opened, both in milliseconds. */
export interface Moment {
  readonly now: number;
  readonly unresolvedMs: number;
}

/** As {@link Moment}, with the same by the clock that tokens are judged by. */
export interface JudgedMoment extends Moment {
  readonly tokensAt: number;
}

/** Of those not ended, the credential whose exchange was opened last. */
export function currentOf(memory: Memory, grantId: string): CredentialRow | undefined {
  return newest(memory.standing(grantId));
}

/** Whether a recovery other than its own may have ended the current credential upstream. */
export function isUnsettled(memory: Memory, current: CredentialRow, moment: Moment): boolean {
  return memory
    .exchangesOf(current.grantId)
    .some((row) => row.kind === 'recover' && row.nonce !== current.nonce && mayHaveEnded(row, current, moment));
}

function mayHaveEnded(recovery: ExchangeRow, current: CredentialRow, { now, unresolvedMs }: Moment): boolean {
  const isLater = recovery.exchangeId > current.exchangeId;
  const { outcome, outcomeAt = 0, finishedAt, openedAt, leaseUntil } = recovery;
  if (outcome === 'obtained' || outcome === 'unknown' || outcome === 'unreadable') {
    return isLater || (finishedAt !== undefined && outcomeAt > finishedAt && outcomeAt > current.openedAt);
  }
  const agesOutAt = openedAt + unresolvedMs;
  const isAbandoned = outcome === undefined && (finishedAt !== undefined || leaseUntil <= now);
  return isAbandoned && agesOutAt <= now && (isLater || agesOutAt > current.openedAt);
}

/** True while some exchange has no outcome and may still take effect. */
export function isUnresolved(memory: Memory, grantId: string, { now, unresolvedMs }: Moment): boolean {
  return memory.exchangesOf(grantId).some((row) => row.outcome === undefined && row.openedAt + unresolvedMs > now);
}

/** Whether an answer that nobody could read is newer than every credential, and its refresh token is to be left alone. */
export function isUnread(memory: Memory, grantId: string): boolean {
  const newest = Math.max(...memory.credentials.filter((row) => row.grantId === grantId).map((row) => row.exchangeId));
  return memory.unread.some((row) => row.grantId === grantId && !row.mayPresent && row.exchangeId > newest);
}

/** Of the credentials that ended as `exchanged`, the newest, unless it was ever refused. */
export function lastExchangedOf(memory: Memory, grantId: string): CredentialRow | undefined {
  const last = newest(memory.credentials.filter((row) => row.grantId === grantId && row.endReason === 'exchanged'));
  if (last?.refreshToken === undefined) return undefined;
  const isRefused = (row: ExchangeRow) => row.presentedId === last.exchangeId && row.outcome === 'rejected';
  return memory.exchangesOf(grantId).some(isRefused) ? undefined : last;
}

/** Why the credentials were refused that an exchange had to make up for; undefined where none was. */
export function reasonOfLoss(memory: Memory, grantId: string, beforeExchangeId: number): EventReason | undefined {
  const rows = memory.exchangesOf(grantId);
  const before = rows.filter((row) => row.exchangeId < beforeExchangeId);
  const lastObtained = before.findLast((row) => row.outcome === 'obtained')?.exchangeId ?? -Infinity;
  const refused = before.filter((row) => row.outcome === 'rejected' && row.exchangeId > lastObtained);
  if (refused.length === 0) {
    const isReported = (row: CredentialRow) =>
      row.grantId === grantId &&
      row.endReason === 'rejected' &&
      row.exchangeId < beforeExchangeId &&
      row.exchangeId >= lastObtained &&
      !rows.some(({ presentedId, outcome }) => presentedId === row.exchangeId && outcome === 'rejected');
    return memory.credentials.some(isReported) ? 'refused' : undefined;
  }
  const isAnswerMissing = ({ nonce, presentedId }: ExchangeRow) =>
    presentedId !== undefined &&
    rows.some(
      (row) =>
        row.presentedId === presentedId &&
        row.nonce !== nonce &&
        (row.outcome === undefined || row.outcome === 'unknown' || row.outcome === 'unreadable'),
    );
  if (refused.some(isAnswerMissing)) return 'answer_lost';
  const isOfAnotherLineage = ({ presentedId, lineage }: ExchangeRow) =>
    rows.some((row) => row.exchangeId === presentedId && row.lineage !== lineage);
  return refused.some(isOfAnotherLineage) ? 'reverted' : 'refused';
}

function newest(rows: readonly CredentialRow[]): CredentialRow | undefined {
  return rows.reduce<CredentialRow | undefined>(
    (best, row) => (best === undefined || row.exchangeId > best.exchangeId ? row : best),
    undefined,
  );
}
