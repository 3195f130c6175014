import { sql, type Transaction } from 'kysely';
import type { Clock } from '../../grants/clock.ts';
import { subjectsOf } from '../../grants/connection-key.ts';
import { ownerOf } from '../connections/connection.ts';
import { CREDENTIAL_COLUMNS, credentialRow, sealedTokens, type SealedTokens } from '../grants/credential-row.ts';
import { NOBODY } from '../grants/exchange-row.ts';
import { newNonce } from '../database/nonce.ts';
import { importedTokens } from './import-tokens.ts';
import type { FingerprintedImport } from './import-fingerprints.ts';
import { insertRows } from '../database/insert-rows.ts';
import { listed } from './listed.ts';
import type { Database } from '../database/schema.ts';
import type { SqlDatabase } from '../database/sql-database.ts';
import type { Vault } from '../vault/vault.ts';

/** An import whose subject and account are not known to exist yet, sealed for a grant of its own. */
export interface Newcomer extends SealedTokens {
  /** Whether nothing but the user can give another token. */
  readonly isUnrenewable: boolean;
  readonly from: FingerprintedImport;
}

/** The number of a grant's first exchange. */
const FIRST = 1;

/** Prepares what needs no database, so that no transaction waits for it. */
export function asNewcomer(
  from: FingerprintedImport,
  { vault, clock, newGrantId }: { vault: Vault; clock: Clock; newGrantId: () => string },
): Newcomer {
  const obtainedAt = clock.now();
  const name = { grantId: newGrantId(), exchangeId: FIRST, nonce: newNonce() };
  const tokens = importedTokens(from.grant, obtainedAt);
  const { refreshToken: token, refreshExpiresAt: expiresAt = null } = tokens;
  const { schedule, needsRefreshToken = false } = from.grant;
  const isUnrenewable = needsRefreshToken && token === undefined;
  const given = { tokens, refresh: token && { token, expiresAt }, schedule, obtainedAt, isUnrenewable };
  return { from, isUnrenewable, ...sealedTokens(vault, name, given) };
}

/**
 * Writes these newcomers with one statement per table. Their rows are all new, so nothing is locked; a newcomer whose
 * account or subject turns out to exist is left out.
 *
 * @returns those that were written
 */
export async function insertNewcomers(
  transaction: Transaction<Database>,
  database: SqlDatabase,
  newcomers: readonly Newcomer[],
): Promise<ReadonlySet<Newcomer>> {
  const insert = <Returned>(table: keyof Database, columns: string, rows: unknown[][], end?: string) =>
    insertRows<Returned>(transaction, database.columnTypes, {
      table,
      columns: columns.split(' '),
      rows,
      ...(end === undefined ? {} : { end }),
    });
  // Two transactions that import the same accounts in different orders would deadlock, so each uses this order.
  const byAccount = newcomers.toSorted((one, other) => compared(toAccount(one), toAccount(other)));
  const grants = await insert<{ id: string }>(
    'grants',
    'id realm account_id integrated_at failures created_at',
    byAccount.map(({ grantId, obtainedAt, from: { grant } }) => [
      grantId,
      grant.realm,
      grant.accountId ?? null,
      obtainedAt,
      0,
      obtainedAt,
    ]),
    'on conflict do nothing returning id',
  );
  const isNew = setOf(grants, ({ id }) => id);
  const bySubject = newcomers
    .filter(({ grantId }) => isNew.has(grantId))
    .sort((one, other) => compared(subjectOf(one), subjectOf(other)));
  const connections = await insert<{ grant_id: string }>(
    'connections',
    'realm subject owner grant_id created_at called_at',
    bySubject.map(({ grantId, obtainedAt, from: { grant } }) => [
      grant.realm,
      grant.subject,
      ownerOf(grant.subject),
      grantId,
      obtainedAt,
      obtainedAt,
    ]),
    'on conflict do nothing returning grant_id',
  );
  const isConnected = setOf(connections, ({ grant_id }) => grant_id);
  const vain = bySubject.filter(({ grantId }) => !isConnected.has(grantId));
  if (vain.length > 0) {
    const ids = listed(
      database.columnTypes,
      setOf(vain, ({ grantId }) => grantId),
    );
    await transaction.deleteFrom('grants').where('id', 'in', ids).execute();
  }
  const written = bySubject.filter(({ grantId }) => isConnected.has(grantId));
  if (written.length === 0) return new Set();
  const { now, lineage } = await presentOf(transaction, database);
  await insert(
    'exchanges',
    'grant_id id nonce lineage kind holder opened_at lease_until finished_at outcome outcome_at detail',
    written.map(({ grantId, nonce, from: { marks } }) => [
      grantId,
      FIRST,
      nonce,
      lineage,
      'import',
      NOBODY,
      now,
      now,
      now,
      'obtained',
      now,
      marks[0] ?? '',
    ]),
  );
  await insert(
    'credentials',
    CREDENTIAL_COLUMNS.join(' '),
    written.map((each) => credentialRow(each, each.from.grant.realm, now)),
  );
  await insert(
    'events',
    'number type at realm grant_id subjects exchange_id',
    written.flatMap(({ grantId, isUnrenewable, from: { grant } }) =>
      ['grant.created', ...(isUnrenewable ? ['grant.unrenewable'] : [])].map((type, index) => [
        index + 1,
        type,
        now,
        grant.realm,
        grantId,
        JSON.stringify(subjectsOf([grant.subject])),
        FIRST,
      ]),
    ),
  );
  return new Set(written);
}

function toAccount({ from: { grant } }: Newcomer): string {
  return `${grant.realm}\0${grant.accountId ?? ''}`;
}

function subjectOf({ from: { grant } }: Newcomer): string {
  return `${grant.realm}\0${grant.subject}`;
}

function compared(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function setOf<Each>(all: readonly Each[], of: (each: Each) => string): Set<string> {
  return new Set(all.map((each) => of(each)));
}

/** The database's time in epoch milliseconds, and its current lineage. */
async function presentOf(transaction: Transaction<Database>, database: SqlDatabase) {
  const { rows } = await sql<{ now: number; lineage: string }>`
    select ${database.now()} as now, ${database.lineage()} as lineage`.execute(transaction);
  const [present] = rows;
  if (present === undefined) throw new Error('The database gave no time.');
  return present;
}
