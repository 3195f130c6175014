import { fork, type ChildProcess } from 'node:child_process';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';

/**
 * How many times slower than a bare Node server the warm token read is. The two are measured in turns within one run,
 * because on a shared machine only such ratios mean anything.
 */
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '32' },
    json: { type: 'boolean', default: false },
  },
});

interface Ready {
  readonly url: string;
  readonly key?: string;
}

interface Round {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const warm = await start('warm-server.ts');
const headers = { authorization: `Bearer ${warm.ready.key ?? ''}`, 'content-type': 'application/json' };
const answer = await fetch(warm.ready.url, { method: 'POST', headers, body: '{}' });
const bare = await start('bare-server.ts', await answer.text());

const rounds: { bare: Round; warm: Round }[] = [];
for (let round = 1; round <= Number(options.rounds); round++) {
  rounds.push({ bare: await measure(bare.ready.url), warm: await measure(warm.ready.url) });
  if (!options.json) console.error(`round ${round} of ${options.rounds} done`);
}
warm.process.disconnect();
bare.process.disconnect();

const result = { bare: median(rounds.map((r) => r.bare)), warm: median(rounds.map((r) => r.warm)) };
const ratio = result.bare.requestsPerSecond / result.warm.requestsPerSecond;
if (options.json) console.log(JSON.stringify({ ...result, ratio }));
else {
  console.table(result);
  console.log(`A warm token read is ${ratio.toFixed(1)} times slower than a bare node:http server with the same body.`);
}

async function start(file: string, ...args: string[]): Promise<{ process: ChildProcess; ready: Ready }> {
  const child = fork(new URL(file, import.meta.url), args);
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once('message', (message) => {
      resolve(message as Ready);
    });
    child.once('exit', reject);
  });
  return { process: child, ready };
}

async function measure(url: string): Promise<Round> {
  const { requests, latency, non2xx, errors } = await autocannon({
    url,
    method: 'POST',
    headers,
    body: '{}',
    connections: Number(options.connections),
    duration: Number(options.seconds),
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} requests failed, so the figures mean nothing.`);
  return { requestsPerSecond: Math.round(requests.average), p50Ms: latency.p50, p99Ms: latency.p99 };
}

function median(each: Round[]): Round {
  const sorted = each.toSorted((a, b) => a.requestsPerSecond - b.requestsPerSecond);
  return sorted[Math.floor(sorted.length / 2)] ?? { requestsPerSecond: 0, p50Ms: 0, p99Ms: 0 };
}
