import { startServiceProcesses, type ServiceProcess } from '../service/start-service-process.ts';
import type { DatabaseKind, SharedDatabase } from './databases.ts';
import { startSandboxProcess, type SandboxProcess } from './start-sandbox-process.ts';

/** Services in processes of their own, which share one new database and one Cal.com. */
export interface Fleet extends AsyncDisposable {
  readonly services: readonly ServiceProcess[];
  readonly urls: readonly string[];
  readonly sandbox: SandboxProcess;
  readonly database: SharedDatabase;
  /** Ends the life of every access token, here and at Cal.com, and begins a new count of the calls there. */
  expireAll(): Promise<void>;
}

/** Starts the database, the sandbox and then all services at once. */
export async function startFleet(kind: DatabaseKind, count: number): Promise<Fleet> {
  await using started = new AsyncDisposableStack();
  const database = started.use(await kind.create());
  const sandbox = started.use(await startSandboxProcess());
  const { all: services } = started.use(await startServiceProcesses(count, database.environment(sandbox.url)));
  const parts = started.move();
  return {
    services,
    urls: services.map(({ url }) => url),
    sandbox,
    database,
    expireAll: async () => {
      await database.expireAll();
      await sandbox.expireAll();
      await sandbox.forgetCalls();
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
