import { flushCompileCache } from 'node:module';
import { startCalCom, startCronofy, startOAuth2 } from '../../../src/sandbox/index.ts';
import type { ServerWanted } from './start-servers.ts';

// Servers of the sandbox; prints their URLs as JSON once they listen, and runs until it is killed.
const START = { 'cal-com': startCalCom, cronofy: startCronofy, 'oauth-2': startOAuth2 };
const wanted = JSON.parse(process.argv[2] ?? '') as ServerWanted[];
const urls: string[] = [];
for (const { played, ...options } of wanted) urls.push((await START[played]({ port: 0, ...options })).url);
console.log(JSON.stringify(urls));
// Whoever is killed leaves no cache behind.
flushCompileCache();
