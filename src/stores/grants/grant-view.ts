import type { Credential } from '../../grants/credential.ts';
import type { ExchangeName } from '../../grants/exchange.ts';
import type { Backoff, GrantView } from '../../grants/grant.ts';
import type { Secret } from '../../secret.ts';
import type { CredentialRow, ViewRow } from '../database/sql-database.ts';
import type { Vault } from '../vault/vault.ts';

/** A grant as callers see it; its tokens stay sealed until they are asked for. */
export function grantView(row: ViewRow, vault: Vault): GrantView {
  return {
    grantId: row.id,
    accountId: row.account_id ?? undefined,
    integratedAt: row.integrated_at ?? undefined,
    backoff: backoff(row),
    current: currentOf(row, vault),
    unsettled: row.unsettled === 1,
    ...CONFIRMATIONS[row.confirmation],
  };
}

const CONFIRMATIONS: readonly Pick<GrantView, 'confirmation'>[] = [
  {},
  { confirmation: 'due' },
  { confirmation: 'failed' },
];

function currentOf(row: ViewRow, vault: Vault): StoredCredential | undefined {
  const { id: grantId, exchange_id: exchangeId, nonce } = row;
  return exchangeId === null || nonce === null
    ? undefined
    : new StoredCredential(row, { grantId, exchangeId, nonce }, vault);
}

/** A credential as the database stores it; its tokens are unsealed when they are asked for. */
export class StoredCredential implements Credential {
  readonly grantId: string;
  readonly exchangeId: number;
  readonly nonce: string;
  readonly #row: Omit<CredentialRow, 'exchange_id' | 'nonce'>;
  readonly #vault: Vault;

  constructor(
    row: Omit<CredentialRow, 'exchange_id' | 'nonce'>,
    { grantId, exchangeId, nonce }: ExchangeName & { readonly grantId: string },
    vault: Vault,
  ) {
    this.grantId = grantId;
    this.exchangeId = exchangeId;
    this.nonce = nonce;
    this.#row = row;
    this.#vault = vault;
  }

  get obtainedAt(): number {
    return this.#row.obtained_at;
  }

  get expiresAt(): number {
    return this.#row.expires_at;
  }

  get hasRefreshToken(): boolean {
    return this.#row.refresh_token !== null;
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

  providerData(): Secret | undefined {
    const sealed = this.#row.provider_data;
    return sealed === null ? undefined : this.#open(sealed, 'provider_data');
  }

  #open(sealed: Uint8Array, field: 'access_token' | 'refresh_token' | 'provider_data'): Secret {
    return this.#vault.open(sealed, { grantId: this.grantId, exchangeId: this.exchangeId, field });
  }
}

function backoff(row: ViewRow): Backoff | undefined {
  if (row.retry_at === null || row.last_failure === null) return undefined;
  return { failures: row.failures, retryAt: row.retry_at, lastFailure: row.last_failure };
}
