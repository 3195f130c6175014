import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { subjects, type Trust } from './callers.ts';
import { startLimit, type AnswerBody, type SealedRow } from './limit.ts';
import { sealedRows } from './sealed-rows.ts';

/** {@link startLimit} with one prepared read of a SQLite file. */
const { trust, users, token, body } = JSON.parse(process.argv[2] ?? '{}') as {
  trust: Trust;
  users: number;
  token: string;
  body: AnswerBody;
};
const key = randomBytes(32);
const folder = mkdtempSync(join(tmpdir(), 'evergrant-bench-'));
process.once('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});
const database = new DatabaseSync(join(folder, 'limit.db'));
database.exec(`pragma journal_mode = wal;
  create table tokens (subject text primary key, nonce blob, sealed blob, tag blob, expires_at integer) without rowid;
  begin`);
const insert = database.prepare('insert into tokens values (?, ?, ?, ?, ?)');
for (const [name, { nonce, sealed, tag, expires_at }] of sealedRows(subjects(users), token, key)) {
  insert.run(name, nonce, sealed, tag, expires_at);
}
database.exec('commit');
const select = database.prepare('select nonce, sealed, tag, expires_at from tokens where subject = ?');
startLimit(trust, key, body, (subject) => select.get(subject) as unknown as SealedRow);
