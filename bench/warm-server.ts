import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mintApiKey } from '../src/callers/api-key.ts';
import { runService } from '../src/cli/run-service.ts';
import { loadConfig } from '../src/config/index.ts';
import { startCalCom } from '../src/sandbox/index.ts';

/** The service with one user whose token is live, on a SQLite file of its own. */
const sandbox = await startCalCom({ port: 0 });
const folder = mkdtempSync(join(tmpdir(), 'evergrant-bench-'));
const service = await runService(
  loadConfig({
    EVERGRANT_PORT: '0',
    EVERGRANT_LOG_LEVEL: 'error',
    EVERGRANT_DATABASE_URL: `sqlite:${join(folder, 'evergrant.db')}`,
    EVERGRANT_ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    CAL_COM_CLIENT_ID: 'sandbox-cal-client',
    CAL_COM_CLIENT_SECRET: 'sandbox-cal-secret',
    CAL_COM_API_URL: `${sandbox.url}/v2`,
  }),
);
const { key, record } = mintApiKey({ role: 'user', subject: 'bench', email: 'bench@example.com' }, Date.now());
await service.evergrant.apiKeys.add(record);
process.once('disconnect', () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit();
});
process.send?.({ url: `${service.url}/api/v1/bookings/token/refresh/`, key: key.reveal() });
