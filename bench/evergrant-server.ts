import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { mintApiKey as mint } from '../src/callers/api-key.ts';
import type { runService as run } from '../src/composition/run-service.ts';
import type { loadConfig as load } from '../src/config/index.ts';
import { subjects, type Trust } from './callers.ts';

/** The service as it is run, of this checkout or of another one. */
const { root, trust, users, calComUrl, database } = JSON.parse(process.argv[2] ?? '{}') as {
  root: string;
  trust: Trust;
  users: number;
  calComUrl: string;
  database?: string;
};
const from = <Module>(path: string) => import(pathToFileURL(join(root, 'src', path)).href) as Promise<Module>;
const { runService } = await from<{ runService: typeof run }>(
  existsSync(join(root, 'src/composition')) ? 'composition/run-service.ts' : 'cli/run-service.ts',
);
const { loadConfig } = await from<{ loadConfig: typeof load }>('config/index.ts');
const { mintApiKey } = await from<{ mintApiKey: typeof mint }>('callers/api-key.ts');

const folder = mkdtempSync(join(tmpdir(), 'evergrant-bench-'));
process.once('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});
process.once('disconnect', () => process.exit());
const service = await runService(
  loadConfig({
    EVERGRANT_PORT: '0',
    EVERGRANT_LOG_LEVEL: 'error',
    EVERGRANT_DATABASE_URL: database ?? `sqlite:${join(folder, 'evergrant.db')}`,
    EVERGRANT_RESCUE_DIR: join(folder, 'rescue'),
    EVERGRANT_ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    EVERGRANT_JWT_SECRET: trust.secret,
    EVERGRANT_JWT_PUBLIC_KEY: trust.publicKey,
    CAL_COM_CLIENT_ID: 'sandbox-cal-client',
    CAL_COM_CLIENT_SECRET: 'sandbox-cal-secret',
    CAL_COM_API_URL: `${calComUrl}/v2`,
  }),
);
const key = async (input: Parameters<typeof mintApiKey>[0]) => {
  const minted = mintApiKey(input, Date.now());
  await service.evergrant.apiKeys.add(minted.record);
  return minted.key.reveal();
};
const keys = { server: await key({ role: 'server' }), users: [] as string[] };
for (const subject of subjects(Math.min(users, 100))) keys.users.push(await key({ role: 'user', subject }));
process.send?.({ url: service.url, keys });
