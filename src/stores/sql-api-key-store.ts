import type { Selectable } from 'kysely';
import type { ApiKeyRecord, ApiKeyStore } from '../callers/api-key.ts';
import type { Database } from './database/schema.ts';
import type { SqlDatabase } from './database/sql-database.ts';

const COLUMNS = [
  'id',
  'role',
  'subject',
  'email',
  'name',
  'hash',
  'created_at',
  'revoked_at',
] as const satisfies (keyof Database['api_keys'])[];

/** Callers' API keys in SQL, as hashes. */
export class SqlApiKeyStore implements ApiKeyStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<ApiKeyRecord | undefined> {
    const row = await this.#database.db.selectFrom('api_keys').select(COLUMNS).where('id', '=', id).executeTakeFirst();
    return row && record(row);
  }

  async add({ id, role, subject, email, name, hash, createdAt }: ApiKeyRecord): Promise<void> {
    const row = { id, role, subject: subject ?? null, email: email ?? null, name: name ?? null, hash };
    await this.#database.transact(async (transaction) => {
      await transaction
        .insertInto('api_keys')
        .values({ ...row, created_at: createdAt })
        .execute();
    });
  }

  async list(): Promise<ApiKeyRecord[]> {
    const rows = await this.#database.db
      .selectFrom('api_keys')
      .select(COLUMNS)
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return rows.map(record);
  }

  async revoke(id: string, at: number): Promise<boolean> {
    return this.#database.transact(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('api_keys')
        .set({ revoked_at: at })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }
}

function record(row: Selectable<Database['api_keys']>): ApiKeyRecord {
  return {
    id: row.id,
    role: row.role,
    hash: row.hash,
    createdAt: row.created_at,
    ...(row.subject === null ? {} : { subject: row.subject }),
    ...(row.email === null ? {} : { email: row.email }),
    ...(row.name === null ? {} : { name: row.name }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  };
}
