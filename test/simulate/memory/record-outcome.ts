import type { EndReason } from '../../../src/grants/credential.ts';
import type { GrantEvent } from '../../../src/grants/events.ts';
import type { OpenExchange, Outcome } from '../../../src/grants/exchange.ts';
import type { Failure } from '../../../src/grants/store.ts';
import type { AccountProfile, Obtained } from '../../../src/providers/provider.ts';
import type { JudgedMoment } from './derive.ts';
import { recordGain, recordLoss } from './record-event.ts';
import type { ExchangeRow, GrantRow, Memory } from './rows.ts';

/** Appends what an exchange obtained, once. `now` by the database's clock, `obtainedAt` by the instance's. */
export function recordObtained(
  memory: Memory,
  exchange: OpenExchange,
  answer: Obtained,
  { now, obtainedAt, accessTokenHash }: { now: number; obtainedAt: number; accessTokenHash: string },
): GrantEvent | undefined {
  const { id: exchangeId, grantId, presentedId, kind } = exchange;
  if (memory.credential(exchangeId) !== undefined) return undefined;
  const { accessToken, expiresAt, tokenType, refreshToken } = answer.tokens;
  const presented = presentedId === undefined ? undefined : memory.credential(presentedId);
  memory.credentials.push({
    exchangeId,
    grantId,
    openedAt: exchangeRow(memory, exchange).openedAt,
    obtainedAt,
    expiresAt,
    tokenType,
    accessToken,
    accessTokenHash,
    refreshToken: refreshToken ?? presented?.refreshToken,
    endedAt: undefined,
    endReason: undefined,
  });
  if (presentedId !== undefined) endCredential(memory, presentedId, 'exchanged', now);
  if (kind === 'recover' || kind === 'provision') supersedeOlder(memory, exchange, now);
  finishExchange(memory, exchange, 'obtained', now);
  const grant = memory.grant(grantId);
  if (answer.profile !== undefined) takeOver(memory, grant, answer.profile, obtainedAt);
  const isIntegrated = grant.integratedAt !== undefined;
  grant.integratedAt ??= obtainedAt;
  grant.backOff = undefined;
  return recordGain(memory, exchange, isIntegrated, now);
}

/** Finishes an exchange that gave no credential, with what follows from its outcome. */
export function recordFailure(
  memory: Memory,
  exchange: OpenExchange,
  { answer, backOff, wayOut }: Failure,
  moment: JudgedMoment,
): GrantEvent | undefined {
  const { now } = moment;
  const grant = memory.grant(exchange.grantId);
  finishExchange(memory, exchange, answer.kind, now);
  if (answer.kind === 'rejected' && exchange.presentedId !== undefined) {
    endCredential(memory, exchange.presentedId, 'rejected', now);
  }
  const isNewest = memory.exchangesOf(grant.id).at(-1)?.id === exchange.id;
  if (backOff !== undefined && isNewest) grant.backOff = backOff;
  if (answer.kind === 'account_gone' && grant.accountId === exchange.accountId) grant.accountId = undefined;
  if (answer.kind === 'account_exists') takeOver(memory, grant, answer.profile, now);
  if (exchange.kind === 'provision') dropRefusedApplicant(memory, exchange, answer.kind);
  if (answer.kind !== 'rejected') return undefined;
  return recordLoss(memory, grant.id, wayOut, moment);
}

function exchangeRow(memory: Memory, { id }: OpenExchange): ExchangeRow {
  const row = memory.exchanges[id - 1];
  if (row === undefined) throw new Error(`There is no exchange ${id}.`);
  return row;
}

function finishExchange(memory: Memory, exchange: OpenExchange, outcome: Outcome, now: number): void {
  const row = exchangeRow(memory, exchange);
  row.outcome = outcome;
  row.outcomeAt = now;
  row.finishedAt ??= now;
}

function endCredential(memory: Memory, exchangeId: number, reason: EndReason, now: number): void {
  const row = memory.credential(exchangeId);
  if (row === undefined || row.endedAt !== undefined) return;
  row.endedAt = now;
  row.endReason = reason;
}

function supersedeOlder(memory: Memory, exchange: OpenExchange, now: number): void {
  for (const row of memory.standing(exchange.grantId)) {
    if (row.exchangeId < exchange.id) endCredential(memory, row.exchangeId, 'superseded', now);
  }
}

function takeOver(memory: Memory, grant: GrantRow, profile: AccountProfile, now: number): void {
  for (const other of memory.grants.values()) {
    if (other.realm === grant.realm && other.accountId === profile.accountId) other.accountId = undefined;
  }
  grant.accountId = profile.accountId;
  grant.profile = profile;
  grant.profileAt = now;
}

function dropRefusedApplicant(memory: Memory, { id, grantId }: OpenExchange, outcome: Outcome): void {
  const grant = memory.grant(grantId);
  if (outcome === 'account_taken' || outcome === 'input_refused') grant.applicant = undefined;
  if (outcome !== 'not_sent' && outcome !== 'throttled' && outcome !== 'client_refused') return;
  const mayHaveMade = (row: ExchangeRow) =>
    row.kind === 'provision' &&
    row.id !== id &&
    (row.outcome === undefined || row.outcome === 'unknown' || row.outcome === 'obtained');
  if (!memory.exchangesOf(grantId).some(mayHaveMade)) grant.applicant = undefined;
}
