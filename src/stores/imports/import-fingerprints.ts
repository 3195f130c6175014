import { sql, type Transaction } from 'kysely';
import type { ImportedGrant, ScheduledImport } from '../../grants/storage/import-store.ts';
import { listed } from './listed.ts';
import { isMistaken } from '../grants/last-event.ts';
import type { Database } from '../database/schema.ts';
import type { SqlDatabase } from '../database/sql-database.ts';
import type { Secret } from '../../secret.ts';
import { IntegrityError, type SealContext, type Vault } from '../vault/vault.ts';

/** An import, and the marks that identify it. */
export interface FingerprintedImport {
  readonly grant: ScheduledImport;
  readonly marks: readonly string[];
}

/**
 * The marks that identify an import, stored as its exchange's detail: a keyed hash of its token, which reveals nothing,
 * and its account. There is one for each key of the ring; the first is written, all are recognised.
 *
 * @throws RangeError where the import has no token
 */
export function importFingerprints(vault: Vault, { access, refresh, accountId }: ImportedGrant): string[] {
  const token = (refresh ?? access)?.token;
  if (token === undefined) throw new RangeError('An import has a token.');
  const suffix = accountId === undefined ? '' : ` account ${accountId}`;
  return vault.tokenHashes(token).map((hash) => `import ${Buffer.from(hash).toString('base64url')}${suffix}`);
}

/** What one read without a lock shows of imports. */
export interface KnownImports {
  /** Whether its mark is on its subject's grant already. */
  isThere(each: FingerprintedImport): boolean;
  /** Whether its subject is connected to any grant. */
  isConnected(each: FingerprintedImport): boolean;
}

/** Looks up which of these imports exist already. */
export async function knownImports(
  { db, columnTypes }: SqlDatabase,
  imports: readonly FingerprintedImport[],
): Promise<KnownImports> {
  const each = (of: (grant: ImportedGrant) => string) =>
    listed(columnTypes, new Set(imports.map(({ grant }) => of(grant))));
  const rows = await db
    .selectFrom('connections')
    .leftJoin('exchanges', (join) =>
      join
        .onRef('exchanges.grant_id', '=', 'connections.grant_id')
        .on('exchanges.kind', '=', 'import')
        // Of a grant with nothing left, tokens that were refused may be taken again: that is judged under its lock.
        .on(
          sql<boolean>`exists (select 1 from credentials c where c.grant_id = connections.grant_id and c.ended_at is null)`,
        ),
    )
    .select(['connections.realm', 'connections.subject', 'exchanges.detail'])
    .where(
      'connections.realm',
      'in',
      each(({ realm }) => realm),
    )
    .where(
      'connections.subject',
      'in',
      each(({ subject }) => subject),
    )
    .execute();
  const connected = new Set(rows.map(({ realm, subject }) => JSON.stringify([realm, subject])));
  const found = new Set(rows.map(({ realm, subject, detail }) => JSON.stringify([realm, subject, detail])));
  return {
    isThere: ({ grant: { realm, subject }, marks }) =>
      marks.some((mark) => found.has(JSON.stringify([realm, subject, mark]))),
    isConnected: ({ grant: { realm, subject } }) => connected.has(JSON.stringify([realm, subject])),
  };
}

/** True where the grant has one of these marks. */
export async function hasFingerprint(
  transaction: Transaction<Database>,
  grantId: string,
  marks: readonly string[],
): Promise<boolean> {
  const row = await transaction
    .selectFrom('exchanges')
    .select('id')
    .where('grant_id', '=', grantId)
    .where('kind', '=', 'import')
    .where('detail', 'in', marks)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * True where these tokens may be imported once more: the grant has nothing left, and when they were last in force, they
 * were refused, not exchanged for others nor found to be of another account. Importing them again says that the refusal was wrong. A token that was
 * exchanged is spent, and presenting it may end its successors.
 */
export async function isRefusedWithNothingLeft(
  transaction: Transaction<Database>,
  vault: Vault,
  grantId: string,
  { access, refresh }: Pick<ImportedGrant, 'access' | 'refresh'>,
): Promise<boolean> {
  const rows = await transaction
    .selectFrom('credentials')
    .select(['exchange_id', 'access_token_hash', 'refresh_token', 'end_reason'])
    .where('grant_id', '=', grantId)
    .orderBy('exchange_id')
    .execute();
  if (rows.some((row) => row.end_reason === null) || (await isMistaken(transaction, grantId))) return false;
  const hashes = access === undefined ? [] : vault.tokenHashes(access.token).map((hash) => Buffer.from(hash));
  const last = rows.findLast(({ exchange_id: exchangeId, access_token_hash: hash, refresh_token: sealed }) => {
    if (refresh === undefined) return hashes.some((each) => each.equals(hash));
    if (sealed === null) return false;
    return holds(vault, { sealed, place: { grantId, exchangeId, field: 'refresh_token' } }, refresh.token);
  });
  return last?.end_reason === 'rejected';
}

/** Whether this is the sealed token. One that was sealed under a key which is gone by now is no token that is known. */
function holds(vault: Vault, { sealed, place }: { sealed: Uint8Array; place: SealContext }, token: Secret): boolean {
  try {
    return vault.open(sealed, place).reveal() === token.reveal();
  } catch (error) {
    if (error instanceof IntegrityError) return false;
    throw error;
  }
}
