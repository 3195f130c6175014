import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

// Holds the write lock of the database named first, for as many milliseconds as named second.
const [path = '', ms = ''] = process.argv.slice(2);
using database = new DatabaseSync(path, { timeout: 10_000 });
database.exec('begin immediate');
console.log('locked');
await sleep(Number(ms));
console.log(`released ${Date.now()}`);
database.exec('commit');
