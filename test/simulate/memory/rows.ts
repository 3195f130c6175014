import type { EndReason } from '../../../src/grants/credential.ts';
import type { GrantEvent } from '../../../src/grants/events.ts';
import type { ExchangeKind, Outcome } from '../../../src/grants/exchange.ts';
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
export interface ExchangeRow {
  readonly id: number;
  readonly grantId: string;
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
export interface CredentialRow {
  readonly exchangeId: number;
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
  /** In the order of their ids, which begin with 1. */
  readonly exchanges: ExchangeRow[] = [];
  /** In the order in which they were appended, which need not be that of their ids. */
  readonly credentials: CredentialRow[] = [];
  readonly events: GrantEvent[] = [];

  grant(grantId: string): GrantRow {
    const row = this.grants.get(grantId);
    if (row === undefined) throw new Error(`There is no grant ${grantId}.`);
    return row;
  }

  exchangesOf(grantId: string): ExchangeRow[] {
    return this.exchanges.filter((row) => row.grantId === grantId);
  }

  credential(exchangeId: number): CredentialRow | undefined {
    return this.credentials.find((row) => row.exchangeId === exchangeId);
  }

  standing(grantId: string): CredentialRow[] {
    return this.credentials.filter((row) => row.grantId === grantId && row.endedAt === undefined);
  }
}
