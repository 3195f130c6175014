import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { migrateFile } from './migrate-file.ts';

// Run by tests as a process of its own: says "ready", waits for a line, and says what it migrated.
const [path = ''] = process.argv.slice(2);
console.log('ready');
const lines = createInterface({ input: process.stdin });
await once(lines, 'line');
console.log(JSON.stringify(await migrateFile(path)));
lines.close();
process.stdin.destroy();
