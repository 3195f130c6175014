import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { subjects, type Trust } from './callers.ts';
import { startLimit, type AnswerBody, type SealedRow } from './limit.ts';
import { sealedRows } from './sealed-rows.ts';

/** {@link startLimit} with one keyed read of a Postgres, by a named statement and a pool of ten. */
const { trust, users, token, body, database } = JSON.parse(process.argv[2] ?? '{}') as {
  trust: Trust;
  users: number;
  token: string;
  body: AnswerBody;
  database: string;
};
const key = randomBytes(32);
const pool = new Pool({ connectionString: database, max: 10 });
await pool.query(
  'create table tokens (subject text primary key, nonce bytea, sealed bytea, tag bytea, expires_at double precision)',
);
for (const [name, { nonce, sealed, tag, expires_at }] of sealedRows(subjects(users), token, key)) {
  await pool.query('insert into tokens values ($1, $2, $3, $4, $5)', [name, nonce, sealed, tag, expires_at]);
}
await pool.query('analyze tokens');
const text = 'select nonce, sealed, tag, expires_at from tokens where subject = $1';
startLimit(trust, key, body, async (subject) => {
  const { rows } = await pool.query<SealedRow>({ name: 'read', text, values: [subject] });
  return rows[0] as SealedRow;
});
