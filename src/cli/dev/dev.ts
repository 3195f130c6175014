import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { mintApiKey, type ApiKeyStore } from '../../callers/api-key.ts';
import { untilDeadline } from '../../grants/keeper/until-deadline.ts';
import type { SandboxOptions } from '../../sandbox/index.ts';
import { systemClock } from '../../composition/system-clock.ts';
import { devBanner } from './banner.ts';
import { DEV_CAL_PORT, DEV_CRONOFY_PORT, DEV_FOLDER, devDefaults, keep, readDevFile } from './data.ts';
import { devJournal } from './journal.ts';
import { orphaned } from '../orphaned.ts';
import { parsePort } from '../parse-port.ts';
import { askedToStop } from '../signals.ts';

const DEMO_KEY = 'demo-key';
const DEMO_USER = { role: 'user', subject: 'alice', email: 'alice@example.com', name: 'Alice Example' } as const;
/** How long a previous process may still hold a port, and how often to retry, in milliseconds. */
const PORT_PATIENCE = { patienceMs: 5_000, pauseMs: 200 };
/** How long to wait for exchanges in flight at shutdown, in milliseconds. */
const HANG_PATIENCE_MS = 3_000;

/** `evergrant dev`: service, sandbox and a demo user in one process. Everything it creates is in `.evergrant/`. */
export function devCommand(): Command {
  return new Command('dev')
    .description('run service and sandbox together, with a demo user; nothing to configure')
    .option('--cal-port <port>', "the sandbox's Cal.com", parsePort, DEV_CAL_PORT)
    .option('--cronofy-port <port>', "the sandbox's Cronofy", parsePort, DEV_CRONOFY_PORT)
    .action(async (options: { calPort: number; cronofyPort: number }) => {
      const [{ pino }, { loadConfig }, { startCalCom, startCronofy }, { runService }] = await Promise.all([
        import('pino'),
        import('../../config/index.ts'),
        import('../../sandbox/index.ts'),
        import('../../composition/run-service.ts'),
      ]);
      // The sandbox may be killed at any time and must remember what it issued, as the real providers do.
      keep('README', 'Made by "evergrant dev": keys, tokens and a demo database. Delete it to begin anew.');
      await using calCom = await patiently(() => startCalCom(kept(options.calPort, 'sandbox-cal-com.json')));
      await using cronofy = await patiently(() => startCronofy(kept(options.cronofyPort, 'sandbox-cronofy.json')));
      const upstreams = { calComUrl: calCom.url, cronofyUrl: cronofy.url };
      const loaded = loadConfig(process.env, devDefaults(process.env, upstreams));
      for (const warning of loaded.warnings) console.error(`Warning: ${warning}`);
      const logger = pino({ level: loaded.config.logLevel }, devJournal(process.stderr));
      const service = await patiently(() => runService(loaded, logger));
      const demoKey = await demoUserKey(service.evergrant.apiKeys);
      console.log(devBanner({ ...upstreams, url: service.url, config: loaded.config, demoKey }));
      await Promise.race([askedToStop(), orphaned()]);
      console.log('\nStopping: what is in flight is finished first.');
      const stopped = service.close();
      // A request that still hangs at the sandbox by then was told to hang.
      await Promise.race([stopped, delay(HANG_PATIENCE_MS, undefined, { ref: false })]);
      await Promise.all([calCom.close(), cronofy.close()]);
      await stopped;
    });
}

function kept(port: number, file: string): SandboxOptions {
  return { port, stateFile: join(DEV_FOLDER, file) };
}

/** The demo user's key. It stays the same across restarts, so that pasted commands keep working. */
async function demoUserKey(apiKeys: ApiKeyStore): Promise<string> {
  const kept = readDevFile(DEMO_KEY);
  const id = kept?.split('_')[2];
  const known = id === undefined ? undefined : await apiKeys.find(id);
  if (kept !== undefined && known !== undefined && known.revokedAt === undefined) return kept;
  const { key, record } = mintApiKey(DEMO_USER, Date.now());
  await apiKeys.add(record);
  return keep(DEMO_KEY, key.reveal());
}

/** Starts a listener, retrying while a process that was just killed releases the port. */
function patiently<Started>(start: () => Promise<Started>): Promise<Started> {
  return untilDeadline(start, { clock: systemClock, ...PORT_PATIENCE, mayPass: isPortTaken });
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
