import type { EndReason } from '../../../src/grants/credential.ts';
import type { GrantEvent } from '../../../src/grants/events.ts';
import type { ExchangeKind, ExchangeName, Outcome } from '../../../src/grants/exchange.ts';
import type { BackOff } from '../../../src/grants/grant.ts';
import type { AccountProfile, Applicant } from '../../../src/providers/provider.ts';
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
  backOff: BackOff | undefined;
}

/** One exchange, as it was opened and as it ended. */
export interface ExchangeRow extends ExchangeName {
  readonly grantId: string;
  readonly lineage: number;
  readonly kind: ExchangeKind;
  readonly presentedId: number | undefined;
  readonly holder: string;
  openedAt: number;
  leaseUntil: number;
  finishedAt: number | undefined;
  outcome: Outcome | undefined;
  outcomeAt: number | undefined;
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
  endedAt: number | undefined;
  endReason: EndReason | undefined;
}

/** Who uses which grant. */
export interface ConnectionRow {
  readonly realm: string;
  readonly subject: string;
  readonly grantId: string;
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
  /** One continuous history; another begins where the memory goes back to an earlier state. */
  lineage = 1;

  #nonces = 0;

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
