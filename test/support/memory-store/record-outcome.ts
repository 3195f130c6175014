import type { EndReason } from '../../../src/grants/credential.ts';
import type { GrantEvent } from '../../../src/grants/events.ts';
import type { ExchangeName, OpenExchange, Outcome } from '../../../src/grants/exchange.ts';
import type { Failure } from '../../../src/grants/storage/grant-store.ts';
import { mergedProviderData } from '../../../src/oauth/provider-data.ts';
import type { AccountProfile, Obtained, Unreadable } from '../../../src/providers/provider.ts';
import type { JudgedMoment } from './derive.ts';
import { recordGain, recordLoss, recordUnreadable } from './record-event.ts';
import type { ExchangeRow, GrantRow, Memory } from './rows.ts';

/** In place of the lineage in which an exchange was opened that the memory has forgotten. */
const FORGOTTEN = 0;

/** Appends what an exchange obtained, once. `now` by the database's clock, `obtainedAt` by the instance's. */
export function recordObtained(
  memory: Memory,
  exchange: OpenExchange,
  answer: Obtained,
  {
    now,
    obtainedAt,
    accessTokenHash,
    holder,
  }: { now: number; obtainedAt: number; accessTokenHash: string; holder: string },
): GrantEvent | undefined {
  const { nonce, grantId, presented, kind } = exchange;
  const row = exchangeRow(memory, exchange, { now, holder });
  if (memory.credential(nonce) !== undefined) return undefined;
  const { exchangeId, openedAt } = row;
  const { accessToken, expiresAt, tokenType, refreshToken, providerData } = answer.tokens;
  const kept = presented === undefined ? undefined : memory.credential(presented.nonce)?.refreshToken;
  const said =
    presented === undefined || kind === 'link' ? undefined : memory.credential(presented.nonce)?.providerData;
  memory.credentials.push({
    exchangeId,
    nonce,
    grantId,
    openedAt,
    obtainedAt,
    expiresAt,
    tokenType,
    accessToken,
    accessTokenHash,
    providerData: providerData && mergedProviderData(said, providerData),
    refreshToken: refreshToken ?? kept ?? answer.presentedRefreshToken,
    endedAt: undefined,
    endReason: undefined,
  });
  if (presented !== undefined) endCredential(memory, presented, 'exchanged', now);
  if (kind === 'recover' || kind === 'provision') supersedeOlder(memory, row, now);
  finishExchange(row, 'obtained', now);
  const grant = memory.grant(grantId);
  if (answer.profile !== undefined) takeOver(memory, grant, answer.profile, obtainedAt);
  const isIntegrated = grant.integratedAt !== undefined;
  grant.integratedAt ??= obtainedAt;
  grant.backoff = undefined;
  return recordGain(memory, { grantId, exchangeId, kind }, isIntegrated, now);
}

/** Finishes an exchange that gave no credential, with what follows from its outcome. */
export function recordFailure(
  memory: Memory,
  exchange: OpenExchange,
  { answer, backoff, reader, recoveryPath: recoveryPath }: Failure,
  moment: JudgedMoment & { readonly holder: string },
): GrantEvent | undefined {
  const { now } = moment;
  const grant = memory.grant(exchange.grantId);
  const finished = exchangeRow(memory, exchange, moment);
  const isKnown = !UNREAD_UNTIL.includes(finished.outcome);
  if (answer.kind === 'unreadable' && isKnown) return undefined;
  finishExchange(finished, answer.kind, now);
  finished.detail = 'detail' in answer ? answer.detail : undefined;
  // A refusal tells of what is known by now, and not of what was known when its exchange was opened.
  if (answer.kind === 'rejected') finished.lineage = memory.lineage;
  if (answer.kind === 'rejected' && exchange.presented !== undefined) {
    endCredential(memory, exchange.presented, 'rejected', now);
  }
  const isNewest = memory.exchangesOf(grant.id).at(-1)?.nonce === exchange.nonce;
  if (backoff !== undefined && isNewest) grant.backoff = backoff;
  if (answer.kind === 'account_gone' && grant.accountId === exchange.accountId) grant.accountId = undefined;
  if (answer.kind === 'account_exists') takeOver(memory, grant, answer.profile, now);
  if (exchange.kind === 'provision') dropRefusedApplicant(memory, exchange, answer.kind);
  if (answer.kind === 'unreadable') return keepUnread(memory, exchange, finished, { answer, reader, now });
  if (answer.kind !== 'rejected') return undefined;
  return recordLoss(memory, grant.id, recoveryPath, moment);
}

/** The outcomes of which nothing better is known than that an answer came which nobody could read. */
const UNREAD_UNTIL: readonly (Outcome | undefined)[] = [undefined, 'unknown', 'unreadable'];

function keepUnread(
  memory: Memory,
  exchange: OpenExchange,
  { grantId, exchangeId, nonce }: ExchangeRow,
  { answer, reader, now }: { answer: Unreadable; reader: string | undefined; now: number },
): GrantEvent | undefined {
  if (memory.unread.some((row) => row.nonce === nonce)) return undefined;
  const named = { ...exchange, exchangeId };
  memory.unread.push({ grantId, exchangeId, nonce, keptAt: now, exchange: named, answer, reader, mayPresent: false });
  return recordUnreadable(memory, { grantId, exchangeId, reason: answer.reason, detail: answer.detail, at: now });
}

/** The exchange's row; written again where the memory went back to a time when it was not there. */
function exchangeRow(
  memory: Memory,
  exchange: OpenExchange,
  { now, holder }: { readonly now: number; readonly holder: string },
): ExchangeRow {
  const { grantId, nonce, kind, presented, openedAt } = exchange;
  const there = memory.exchange(nonce);
  if (there !== undefined) return there;
  const rows = memory.exchangesOf(grantId);
  const isOld = memory.standing(grantId).some((row) => row.openedAt > openedAt);
  const row: ExchangeRow = {
    exchangeId: isOld ? (rows[0]?.exchangeId ?? 1) - 1 : (rows.at(-1)?.exchangeId ?? 0) + 1,
    nonce,
    grantId,
    lineage: FORGOTTEN,
    kind,
    presentedId: presented === undefined ? undefined : memory.credential(presented.nonce)?.exchangeId,
    holder,
    openedAt,
    leaseUntil: now,
    finishedAt: now,
    outcome: undefined,
    outcomeAt: undefined,
  };
  memory.exchanges.push(row);
  return row;
}

function finishExchange(row: ExchangeRow, outcome: Outcome, now: number): void {
  if (row.outcome !== 'unreadable' || outcome !== 'obtained') row.outcomeAt = now;
  row.outcome = outcome;
  row.finishedAt ??= now;
}

/** Ends a credential, unless it has ended before. */
export function endCredential(memory: Memory, { nonce }: ExchangeName, reason: EndReason, now: number): void {
  const row = memory.credential(nonce);
  if (row === undefined || row.endedAt !== undefined) return;
  row.endedAt = now;
  row.endReason = reason;
}

function supersedeOlder(memory: Memory, { grantId, exchangeId }: ExchangeRow, now: number): void {
  for (const row of memory.standing(grantId)) {
    if (row.exchangeId < exchangeId) endCredential(memory, row, 'superseded', now);
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

function dropRefusedApplicant(memory: Memory, { nonce, grantId }: OpenExchange, outcome: Outcome): void {
  const grant = memory.grant(grantId);
  if (outcome === 'account_taken' || outcome === 'input_refused') grant.applicant = undefined;
  if (outcome !== 'not_sent' && outcome !== 'throttled' && outcome !== 'client_refused') return;
  const mayHaveMade = (row: ExchangeRow) =>
    row.kind === 'provision' &&
    row.nonce !== nonce &&
    (UNREAD_UNTIL.includes(row.outcome) || row.outcome === 'obtained');
  if (!memory.exchangesOf(grantId).some(mayHaveMade)) grant.applicant = undefined;
}
