import type { EndReason } from '../../../src/grants/credential.ts';
import type { GrantEvent } from '../../../src/grants/events.ts';
import type { ExchangeKind, ExchangeName, OpenExchange, Outcome } from '../../../src/grants/exchange.ts';
import type { Backoff } from '../../../src/grants/grant.ts';
import type { AccountProfile, Applicant, Unreadable } from '../../../src/providers/provider.ts';
import type { Secret } from '../../../src/secret.ts';

/** One grant; times in epoch milliseconds here and below. */
export interface GrantRow {
  readonly id: string;
  readonly realm: string;
  accountId: string | undefined;
  profile: AccountProfile | undefined;
  profileAt: number | undefined;
  applicant: Applicant | undefined;
  integratedAt: number | undefined;
  backoff: Backoff | undefined;
}

/** One exchange, as it was opened and as it ended. */
export interface ExchangeRow extends ExchangeName {
  readonly grantId: string;
  lineage: number;
  readonly kind: ExchangeKind;
  readonly presentedId: number | undefined;
  readonly holder: string;
  openedAt: number;
  leaseUntil: number;
  finishedAt: number | undefined;
  outcome: Outcome | undefined;
  outcomeAt: number | undefined;
  detail?: string | undefined;
}

/** One credential and how it ended, if it did. */
export interface CredentialRow extends ExchangeName {
  readonly grantId: string;
  openedAt: number;
  readonly obtainedAt: number;
  readonly expiresAt: number;
  readonly tokenType: string;
  readonly accessToken: Secret;
  readonly accessTokenHash: string;
  readonly refreshToken: Secret | undefined;
  readonly providerData: Secret | undefined;
  endedAt: number | undefined;
  endReason: EndReason | undefined;
}

/** An answer that came and could not be read. */
export interface UnreadRow {
  readonly grantId: string;
  readonly exchangeId: number;
  readonly nonce: string;
  readonly keptAt: number;
  readonly exchange: OpenExchange;
  readonly answer: Unreadable;
  reader: string | undefined;
  mayPresent: boolean;
}

/** Who uses which grant. */
export interface ConnectionRow {
  readonly realm: string;
  readonly subject: string;
  readonly grantId: string;
}

/** Everything as it was once. */
interface Snapshot {
  readonly at: number;
  readonly grants: readonly GrantRow[];
  readonly connections: readonly ConnectionRow[];
  readonly exchanges: readonly ExchangeRow[];
  readonly credentials: readonly CredentialRow[];
  readonly events: readonly GrantEvent[];
  readonly unread: readonly UnreadRow[];
}

/** Everything that is kept, as plain facts that several stores may share. */
export class Memory {
  readonly grants = new Map<string, GrantRow>();
  readonly connections: ConnectionRow[] = [];
  /** In the order in which they were opened or written again. */
  readonly exchanges: ExchangeRow[] = [];
  /** In the order in which they were appended, which need not be that of their numbers. */
  readonly credentials: CredentialRow[] = [];
  readonly events: GrantEvent[] = [];
  readonly unread: UnreadRow[] = [];
  /** All that were ever opened, and stay opened whatever the memory goes back to. */
  readonly everOpened: ExchangeRow[] = [];
  /** One continuous history; another begins where the memory goes back to an earlier state. */
  lineage = 1;

  #nonces = 0;
  #events = 0;
  readonly #past: Snapshot[] = [];

  /** Never given twice either: whoever was told of an event must not take another for it. */
  newEventId(): number {
    this.#events += 1;
    return this.#events;
  }

  /** Keeps the present state, so that the memory can go back to it. */
  remember(now: number): void {
    const { grants, connections, exchanges, credentials, events, unread } = this;
    this.#past.push({
      at: now,
      grants: [...grants.values()].map((row) => ({ ...row })),
      connections: [...connections],
      exchanges: exchanges.map((row) => ({ ...row })),
      credentials: credentials.map((row) => ({ ...row })),
      events: [...events],
      unread: unread.map((row) => ({ ...row })),
    });
  }

  /** Goes back to the last state that was there at this time, if any with a grant was; another lineage begins. */
  goBackTo(at: number): boolean {
    const last = this.#past.findLastIndex((each) => each.at <= at);
    const state = this.#past[last];
    if (state === undefined || state.grants.length === 0) return false;
    this.#past.length = last;
    this.lineage += 1;
    this.grants.clear();
    for (const row of state.grants) this.grants.set(row.id, row);
    this.connections.splice(0, Infinity, ...state.connections);
    this.exchanges.splice(0, Infinity, ...state.exchanges);
    this.credentials.splice(0, Infinity, ...state.credentials);
    this.events.splice(0, Infinity, ...state.events);
    this.unread.splice(0, Infinity, ...state.unread);
    this.remember(at);
    return true;
  }

  /** Never given twice, whatever state the memory goes back to. */
  newNonce(): string {
    this.#nonces += 1;
    return `nonce-${this.#nonces}`;
  }

  grant(grantId: string): GrantRow {
    const row = this.grants.get(grantId);
    if (row === undefined) throw new Error(`There is no grant ${grantId}.`);
    return row;
  }

  /** In the order of their numbers. */
  exchangesOf(grantId: string): ExchangeRow[] {
    const rows = this.exchanges.filter((row) => row.grantId === grantId);
    return rows.sort((one, other) => one.exchangeId - other.exchangeId);
  }

  exchange(nonce: string): ExchangeRow | undefined {
    return this.exchanges.find((row) => row.nonce === nonce);
  }

  credential(nonce: string): CredentialRow | undefined {
    return this.credentials.find((row) => row.nonce === nonce);
  }

  standing(grantId: string): CredentialRow[] {
    return this.credentials.filter((row) => row.grantId === grantId && row.endedAt === undefined);
  }
}
