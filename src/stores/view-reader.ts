import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Credential } from '../grants/credential.ts';
import type { ExchangeBounds } from '../grants/exchange.ts';
import type { BackOff, GrantView, RetriedFailure } from '../grants/grant.ts';
import type { Secret } from '../secret.ts';
import type { Vault } from './vault.ts';

/**
 * The warm path's one statement. The current credential is the standing one whose exchange was opened last. It is
 * unsettled where a recovery other than its own took effect, or may have, after its exchange was opened: one that was
 * opened later and ended without a credential or with one that ended; or one that was abandoned, be it that its
 * answer came late or that its time to have one has passed. Clocks are compared for abandoned ones alone: the others
 * stand in the order of their ids, which no step of a clock can change.
 */
const VIEW = `
  select g.id, g.account_id, g.integrated_at, g.failures, g.retry_at, g.last_failure,
    c.exchange_id, c.obtained_at, c.expires_at, c.token_type, c.access_token, c.refresh_token,
    exists (select 1 from exchanges e where e.grant_id = g.id and e.kind = 'recover' and e.id <> c.exchange_id and (
      (e.outcome in ('obtained', 'unknown')
        and (e.id > c.exchange_id or (e.outcome_at > e.finished_at and e.outcome_at > c.opened_at)))
      or (e.outcome is null and e.finished_at is not null and e.opened_at + :unresolved_ms <= :now
        and (e.id > c.exchange_id or e.opened_at + :unresolved_ms > c.opened_at)))) as unsettled
  from connections k
  join grants g on g.id = k.grant_id
  left join credentials c on c.exchange_id =
    (select max(s.exchange_id) from credentials s where s.grant_id = g.id and s.ended_at is null)
  where k.realm = :realm and k.subject = :subject`;

interface ViewRow {
  id: string;
  account_id: string | null;
  integrated_at: number | null;
  failures: number;
  retry_at: number | null;
  last_failure: RetriedFailure | null;
  exchange_id: number | null;
  obtained_at: number;
  expires_at: number;
  token_type: string;
  access_token: Uint8Array;
  refresh_token: Uint8Array | null;
  unsettled: number;
}

/** Reads grants as callers see them. */
export class ViewReader {
  readonly #statement: StatementSync;
  readonly #vault: Vault;
  readonly #unresolvedMs: number;

  constructor(reader: DatabaseSync, vault: Vault, bounds: ExchangeBounds) {
    this.#statement = reader.prepare(VIEW);
    this.#vault = vault;
    this.#unresolvedMs = bounds.upstreamMs + bounds.marginMs;
  }

  /** @param now epoch milliseconds */
  read(realm: string, subject: string, now: number): GrantView | undefined {
    const row = this.#statement.get({ realm, subject, now, unresolved_ms: this.#unresolvedMs });
    return row === undefined ? undefined : this.#view(row as unknown as ViewRow);
  }

  #view(row: ViewRow): GrantView {
    return {
      grantId: row.id,
      accountId: row.account_id ?? undefined,
      integratedAt: row.integrated_at ?? undefined,
      backOff: backOff(row),
      current: row.exchange_id === null ? undefined : new StoredCredential(row, row.exchange_id, this.#vault),
      unsettled: row.unsettled === 1,
    };
  }
}

class StoredCredential implements Credential {
  readonly exchangeId: number;
  readonly #row: ViewRow;
  readonly #vault: Vault;

  constructor(row: ViewRow, exchangeId: number, vault: Vault) {
    this.exchangeId = exchangeId;
    this.#row = row;
    this.#vault = vault;
  }

  get obtainedAt(): number {
    return this.#row.obtained_at;
  }

  get expiresAt(): number {
    return this.#row.expires_at;
  }

  get tokenType(): string {
    return this.#row.token_type;
  }

  accessToken(): Secret {
    return this.#open(this.#row.access_token, 'access_token');
  }

  refreshToken(): Secret | undefined {
    const sealed = this.#row.refresh_token;
    return sealed === null ? undefined : this.#open(sealed, 'refresh_token');
  }

  #open(sealed: Uint8Array, field: 'access_token' | 'refresh_token'): Secret {
    return this.#vault.open(sealed, { grantId: this.#row.id, exchangeId: this.exchangeId, field });
  }
}

function backOff(row: ViewRow): BackOff | undefined {
  if (row.retry_at === null || row.last_failure === null) return undefined;
  return { failures: row.failures, retryAt: row.retry_at, lastFailure: row.last_failure };
}
