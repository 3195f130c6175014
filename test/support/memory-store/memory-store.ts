import { subjectsOf } from '../../../src/grants/connection-key.ts';
import type { Credential } from '../../../src/grants/credential.ts';
import type { GrantEvent, RecoveryPath } from '../../../src/grants/events.ts';
import type { ExchangeBounds, ExchangeName, OpenExchange } from '../../../src/grants/exchange.ts';
import type { Account, Backoff, ExchangeStatus, GrantView, ViewWithStatus } from '../../../src/grants/grant.ts';
import type { ExchangeIntent, Failure } from '../../../src/grants/storage/grant-store.ts';
import type { UnreadAnswer, UnreadName, UnreadQuery } from '../../../src/grants/storage/unread-store.ts';
import type { AccountProfile, Applicant, Obtained } from '../../../src/providers/provider.ts';
import type { Secret } from '../../../src/secret.ts';
import { currentOf, isUnread, isUnresolved, isUnsettled, lastExchangedOf, type Moment } from './derive.ts';
import { recordLoss } from './record-event.ts';
import { endCredential, recordFailure, recordObtained } from './record-outcome.ts';
import type { CredentialRow, ExchangeRow, Memory, UnreadRow } from './rows.ts';

/** What one instance's store is made of. */
export interface MemoryStoreOptions {
  readonly memory: Memory;
  readonly bounds: ExchangeBounds;
  /** The instance's clock, which judges tokens; epoch milliseconds. */
  readonly now: () => number;
  /** The instance's clock that nobody sets, in milliseconds. */
  readonly monotonic: () => number;
  /** The database's clock, which judges leases; epoch milliseconds. */
  readonly databaseNow: () => number;
  readonly holder: string;
  /** Whether a holder is a process of this machine, and gone. */
  readonly isDead: (holder: string) => boolean;
  /** How access tokens are told apart. */
  readonly hash: (token: Secret) => string;
}

const RECENT_MS = 60_000;
const RECENT_LIMIT = 100;
/** What is ahead of the database's clock by less is no sign that it was set back, in milliseconds. */
const AHEAD_MS = 1_000;

/** The store of grants as plain facts and what is derived from them; every method is done when it returns. */
export class MemoryStore {
  readonly #options: MemoryStoreOptions;
  readonly #memory: Memory;

  constructor(options: MemoryStoreOptions) {
    this.#options = options;
    this.#memory = options.memory;
  }

  view(realm: string, subject: string): GrantView | undefined {
    const grant = this.#connected(realm, subject);
    if (grant === undefined) return undefined;
    const current = currentOf(this.#memory, grant.id);
    return {
      grantId: grant.id,
      accountId: grant.accountId,
      integratedAt: grant.integratedAt,
      backoff: grant.backoff,
      current: current && credential(current),
      unsettled: current !== undefined && isUnsettled(this.#memory, current, this.#moment()),
    };
  }

  viewWithStatus(realm: string, subject: string): ViewWithStatus | undefined {
    const grant = this.#connected(realm, subject);
    // The claims first, as they bring down what is ahead of the clock.
    const claims = grant && this.claims(grant.id);
    const view = this.view(realm, subject);
    return view && claims && { view, claims, isUnread: isUnread(this.#memory, view.grantId) };
  }

  claims(grantId: string): ExchangeStatus {
    const { holder, isDead } = this.#options;
    const moment = this.#moment();
    const rows = this.#memory.exchangesOf(grantId);
    const open = rows.find(isOpen);
    this.#catchUpWithClock(rows);
    if (open !== undefined && open.holder !== holder && isDead(open.holder)) this.#closeAbandonedExchange([open]);
    const recent = rows
      .slice(-RECENT_LIMIT)
      .filter(({ openedAt }) => openedAt > moment.now - RECENT_MS && openedAt <= moment.now + AHEAD_MS);
    return {
      last: nameOf(rows.at(-1)),
      recentExchanges: recent.length,
      held: rows.some((row) => isOpen(row) && row.leaseUntil > moment.now),
      isUnresolved: isUnresolved(this.#memory, grantId, moment),
    };
  }

  lastExchanged(grantId: string): Credential | undefined {
    const row = lastExchangedOf(this.#memory, grantId);
    return row && credential(row);
  }

  connect(realm: string, subject: string): void {
    if (this.#connected(realm, subject) !== undefined) return;
    const id = `grant-${this.#memory.grants.size + 1}`;
    const nothing = { accountId: undefined, profile: undefined, profileAt: undefined, applicant: undefined };
    this.#memory.grants.set(id, { id, realm, ...nothing, integratedAt: undefined, backoff: undefined });
    this.#memory.connections.push({ realm, subject, grantId: id });
  }

  openExchange(intent: ExchangeIntent): OpenExchange | undefined {
    const { grantId, kind, presented, accountId, last, current, applicant } = intent;
    const foundUnread = intent.isUnread === true;
    const { now, monotonic, databaseNow, bounds, holder } = this.#options;
    const rows = this.#memory.exchangesOf(grantId);
    this.#catchUpWithClock(rows);
    if (kind === 'recover') this.#catchUpWithLateRecoveries(grantId, rows);
    this.#closeAbandonedExchange(rows.filter(isOpen));
    if (rows.at(-1)?.nonce !== last?.nonce || rows.some(isOpen)) return undefined;
    if (currentOf(this.#memory, grantId)?.nonce !== current?.nonce) return undefined;
    if (isUnread(this.#memory, grantId) !== foundUnread) return undefined;
    const openedAt = databaseNow();
    const name = { exchangeId: (rows.at(-1)?.exchangeId ?? 0) + 1, nonce: this.#memory.newNonce() };
    const unfinished = { finishedAt: undefined, outcome: undefined, outcomeAt: undefined };
    const row: ExchangeRow = {
      ...name,
      grantId,
      lineage: this.#memory.lineage,
      kind,
      presentedId: presented?.exchangeId,
      holder,
      openedAt,
      leaseUntil: openedAt + bounds.leaseMs,
      ...unfinished,
    };
    this.#memory.exchanges.push(row);
    this.#memory.everOpened.push(row);
    if (applicant !== undefined) this.#memory.grant(grantId).applicant = applicant;
    const times = { openedAt: now(), openedTick: monotonic() };
    return { ...name, grantId, kind, presented: nameOf(presented), accountId, ...times };
  }

  standingApplicant(grantId: string): Applicant | undefined {
    return this.#memory.grant(grantId).applicant;
  }

  renewLease(exchange: OpenExchange): void {
    const row = this.#memory.exchange(exchange.nonce);
    if (row !== undefined && isOpen(row)) row.leaseUntil = this.#options.databaseNow() + this.#options.bounds.leaseMs;
  }

  finishObtained(exchange: OpenExchange, answer: Obtained): GrantEvent | undefined {
    const { now, databaseNow, hash, holder } = this.#options;
    const accessTokenHash = hash(answer.tokens.accessToken);
    const times = { now: databaseNow(), obtainedAt: now() };
    return recordObtained(this.#memory, exchange, answer, { ...times, accessTokenHash, holder });
  }

  finishFailed(exchange: OpenExchange, failure: Failure): GrantEvent | undefined {
    const { now, holder } = this.#options;
    return recordFailure(this.#memory, exchange, failure, { ...this.#moment(), tokensAt: now(), holder });
  }

  unread(realm: string, { limit, after, exceptReadBy }: UnreadQuery): UnreadAnswer[] {
    const isAfter = ({ grantId, exchangeId }: UnreadRow) =>
      after === undefined || grantId > after.grantId || (grantId === after.grantId && exchangeId > after.exchangeId);
    return this.#memory.unread
      .filter((row) => this.#memory.grant(row.grantId).realm === realm && isAfter(row))
      .filter((row) => exceptReadBy === undefined || row.reader !== exceptReadBy)
      .toSorted((a, b) => (a.grantId === b.grantId ? a.exchangeId - b.exchangeId : a.grantId < b.grantId ? -1 : 1))
      .slice(0, limit)
      .map(({ grantId, exchangeId, nonce, keptAt, mayPresent, exchange, answer }) => ({
        grantId,
        nonce,
        place: { grantId, exchangeId },
        subjects: subjectsOf(
          this.#memory.connections.filter((row) => row.grantId === grantId).map(({ subject }) => subject),
        ),
        keptAt,
        mayPresent,
        content: { kind: 'opened', exchange, answer },
      }));
  }

  noteReader({ nonce }: UnreadName, reader: string): void {
    for (const row of this.#memory.unread.filter((each) => each.nonce === nonce)) row.reader = reader;
  }

  letPresent({ nonce }: UnreadName): void {
    for (const row of this.#memory.unread.filter((each) => each.nonce === nonce)) row.mayPresent = true;
  }

  countUnread(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { id, realm } of this.#memory.grants.values()) {
      if (isUnread(this.#memory, id)) counts.set(realm, (counts.get(realm) ?? 0) + 1);
    }
    return counts;
  }

  dropUnread({ nonce }: UnreadName): void {
    const { unread } = this.#memory;
    unread.splice(0, Infinity, ...unread.filter((row) => row.nonce !== nonce));
  }

  noteReconnectRequired(grantId: string, recoveryPath: RecoveryPath, reported?: ExchangeName): GrantEvent | undefined {
    if (reported !== undefined) endCredential(this.#memory, reported, 'rejected', this.#options.databaseNow());
    return recordLoss(this.#memory, grantId, recoveryPath, { ...this.#moment(), tokensAt: this.#options.now() });
  }

  applyBackoff(grantId: string, backoff: Backoff): void {
    this.#memory.grant(grantId).backoff = backoff;
  }

  account(realm: string, subject: string): Account | undefined {
    const grant = this.#connected(realm, subject);
    if (grant === undefined) return undefined;
    const { id: grantId, accountId, integratedAt, profile, profileAt = 0 } = grant;
    return { grantId, accountId, integratedAt, profile, profileAt };
  }

  noteProfile(grantId: string, profile: AccountProfile): void {
    const grant = this.#memory.grant(grantId);
    if (grant.accountId !== profile.accountId) return;
    grant.profile = profile;
    grant.profileAt = this.#options.now();
  }

  /** Closes, as `unknown`, what dead processes of this machine left open: for the start of an instance. */
  closeExchangesOfDeadProcesses(): void {
    this.#closeAbandonedExchange(
      this.#memory.exchanges.filter((row) => isOpen(row) && this.#options.isDead(row.holder)),
    );
  }

  /** Brings down to now what is ahead of the database's clock, which has been set back since. */
  #catchUpWithClock(rows: readonly ExchangeRow[]): void {
    const { databaseNow, bounds } = this.#options;
    const now = databaseNow();
    for (const row of rows.filter(({ outcome }) => outcome === undefined)) {
      const isAhead =
        row.openedAt > now + AHEAD_MS || (isOpen(row) && row.leaseUntil > now + bounds.leaseMs + AHEAD_MS);
      if (!isAhead) continue;
      row.openedAt = Math.min(row.openedAt, now);
      row.leaseUntil = Math.min(row.leaseUntil, now + bounds.leaseMs);
      for (const standing of this.#memory.standing(row.grantId)) standing.openedAt = Math.min(standing.openedAt, now);
    }
  }

  /** Before one more recovery: brings down to now when abandoned ones were answered after all, and keeps what is before and after. */
  #catchUpWithLateRecoveries(grantId: string, rows: readonly ExchangeRow[]): void {
    const now = this.#options.databaseNow();
    const late = rows.filter((row) => row.kind === 'recover' && (row.outcomeAt ?? 0) > (row.finishedAt ?? Infinity));
    const last = Math.max(...late.map(({ outcomeAt = 0 }) => outcomeAt));
    if (last <= now) return;
    for (const row of [...this.#memory.standing(grantId), ...rows.filter(({ outcome }) => outcome === undefined)]) {
      if (row.openedAt >= now) row.openedAt = row.openedAt < last ? now - 1 : now;
    }
    for (const row of late.filter(({ outcomeAt = 0 }) => outcomeAt > now)) {
      row.outcomeAt = now;
      row.finishedAt = Math.min(row.finishedAt ?? now, now - 1);
    }
  }

  #closeAbandonedExchange(open: readonly ExchangeRow[]): void {
    const now = this.#options.databaseNow();
    for (const row of open) {
      if (this.#options.isDead(row.holder)) {
        row.outcome = 'unknown';
        row.outcomeAt = row.finishedAt = now;
      } else if (row.leaseUntil <= now) {
        row.finishedAt = now;
      }
    }
  }

  #connected(realm: string, subject: string) {
    const found = this.#memory.connections.find((row) => row.realm === realm && row.subject === subject);
    return found && this.#memory.grant(found.grantId);
  }

  #moment(): Moment {
    const { databaseNow, bounds } = this.#options;
    return { now: databaseNow(), unresolvedMs: bounds.upstreamMs + bounds.marginMs };
  }
}

function nameOf(named: ExchangeName | undefined): ExchangeName | undefined {
  return named && { exchangeId: named.exchangeId, nonce: named.nonce };
}

function isOpen(row: ExchangeRow): boolean {
  return row.finishedAt === undefined;
}

function credential(row: CredentialRow): Credential {
  const { grantId, exchangeId, nonce, obtainedAt, expiresAt, tokenType, accessToken, refreshToken, providerData } = row;
  const hasRefreshToken = refreshToken !== undefined;
  const tokens = { accessToken: () => accessToken, refreshToken: () => refreshToken, providerData: () => providerData };
  return { grantId, exchangeId, nonce, obtainedAt, expiresAt, hasRefreshToken, tokenType, ...tokens };
}
