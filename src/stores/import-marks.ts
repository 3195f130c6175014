import type { Kysely, Transaction } from 'kysely';
import type { ImportedGrant } from '../grants/imports.ts';
import type { Database } from './schema.ts';
import type { Vault } from './vault.ts';

/**
 * By what an import is told again, as its exchange's detail: a keyed hash of its token, which says nothing to whoever reads it,
 * and its account. One for every key of the ring; the first is to be written, all are to be recognised.
 */
export function importMarks(vault: Vault, { access, refresh, accountId }: ImportedGrant): string[] {
  const token = (refresh ?? access)?.token;
  if (token === undefined) throw new RangeError('An import has a token.');
  const suffix = accountId === undefined ? '' : ` account ${accountId}`;
  return vault.tokenHashes(token).map((hash) => `import ${Buffer.from(hash).toString('base64url')}${suffix}`);
}

/** Those of `imports` whose marks are on the grants of their subjects already: one read, no lock. */
export async function knownImports(
  db: Kysely<Database>,
  vault: Vault,
  imports: readonly ImportedGrant[],
): Promise<ReadonlySet<ImportedGrant>> {
  const rows = await db
    .selectFrom('connections')
    .innerJoin('exchanges', 'exchanges.grant_id', 'connections.grant_id')
    .select(['connections.realm', 'connections.subject', 'exchanges.detail'])
    .where('connections.realm', 'in', [...new Set(imports.map(({ realm }) => realm))])
    .where('connections.subject', 'in', [...new Set(imports.map(({ subject }) => subject))])
    .where('exchanges.kind', '=', 'import')
    .execute();
  const found = new Set(rows.map(({ realm, subject, detail }) => JSON.stringify([realm, subject, detail])));
  const isKnown = (each: ImportedGrant) =>
    importMarks(vault, each).some((mark) => found.has(JSON.stringify([each.realm, each.subject, mark])));
  return new Set(imports.filter(isKnown));
}

/** True where the grant has one of these marks. */
export async function hasMark(
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
