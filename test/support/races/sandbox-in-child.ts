import { flushCompileCache } from 'node:module';
import { startCalCom } from '../../../src/sandbox/index.ts';

// A fake Cal.com; prints its URL once it listens, and runs until it is killed.
const { url } = await startCalCom({ port: 0 });
console.log(url);
// Whoever is killed leaves no cache behind.
flushCompileCache();
