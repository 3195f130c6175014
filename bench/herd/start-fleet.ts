import type { BenchDatabase, DatabasePlace } from '../parts/databases.ts';
import { importGrants, startEvergrant } from '../parts/start-evergrant.ts';
import { startProgram } from '../parts/start-program.ts';
import { startInstantProvider, type InstantProvider } from '../parts/start-provider.ts';

/** Services of one checkout, in processes of their own, on one database and in front of one provider. */
export interface Fleet extends AsyncDisposable {
  readonly name: string;
  readonly urls: readonly string[];
  readonly pids: readonly number[];
  /** Undefined where nobody is asked. */
  readonly provider: InstantProvider | undefined;
  /** Ends the life of every access token here. */
  expireAll(): Promise<void>;
}

/** How to start one. */
export interface FleetOptions {
  readonly name: string;
  readonly checkout: string;
  readonly place: DatabasePlace;
  readonly processes: number;
  readonly subjects: readonly string[];
  /** How long the provider takes to answer. */
  readonly latencyMs: number;
}

/** Whoever still waits for a token after a minute fails; and the log is not what is measured. */
const OF_A_HERD = { EVERGRANT_CALLER_WAIT: '60', EVERGRANT_LOG_LEVEL: 'warn' };

export async function startFleet({ name, checkout, place, ...options }: FleetOptions): Promise<Fleet> {
  await using started = new AsyncDisposableStack();
  const database: BenchDatabase = started.use(await place.create());
  const provider = started.use(await startInstantProvider(options.latencyMs));
  const service = { checkout, database, providerUrl: provider.url, more: OF_A_HERD };
  await importGrants(service, options.subjects);
  const all = await Promise.all(Array.from({ length: options.processes }, () => startEvergrant(service)));
  for (const each of all) started.use(each);
  const parts = started.move();
  return {
    name,
    urls: all.map(({ url }) => url),
    pids: all.map(({ pid }) => pid),
    provider,
    expireAll: () => database.run(`update credentials set expires_at = ${Date.now() - 1000} where ended_at is null`),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** As many servers that do nothing but wait for as long as the provider takes: what the callers themselves cost. */
export async function startBareFleet({
  processes,
  latencyMs,
}: {
  processes: number;
  latencyMs: number;
}): Promise<Fleet> {
  await using started = new AsyncDisposableStack();
  const file = new URL('../bare-server.ts', import.meta.url);
  const body = JSON.stringify({
    access_token: 'x'.repeat(300),
    expires_in: 3600,
    token_type: 'Bearer',
    refreshed: true,
  });
  const all = await Promise.all(
    Array.from({ length: processes }, () =>
      startProgram<{ url: string }>(file, [JSON.stringify({ body, afterMs: latencyMs })]),
    ),
  );
  for (const each of all) started.use(each);
  const parts = started.move();
  return {
    name: 'bare servers',
    urls: all.map(({ ready }) => ready.url),
    pids: all.map(({ pid }) => pid),
    provider: undefined,
    expireAll: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
