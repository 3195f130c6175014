import { jwt } from '../../test/support/service/credentials.ts';
import type { BenchDatabase, DatabasePlace } from '../parts/databases.ts';
import { HERE, importGrants, startEvergrant, TOKEN_PATH } from '../parts/start-evergrant.ts';
import { startProgram } from '../parts/start-program.ts';
import { startInstantProvider, type InstantProvider } from '../parts/start-provider.ts';

/** One of those that are compared: a service on a database of its own, in front of a provider of its own. */
export interface Contestant extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly path: string;
  readonly pid: number;
  readonly database: BenchDatabase;
  readonly provider: InstantProvider;
}

/** The limit, this checkout, and another where `against` names one; each with so many grants. */
export async function startContestants(place: DatabasePlace, grants: number, against: string): Promise<Contestant[]> {
  const all = [await startLimit(place, grants), await startService('evergrant', place, HERE, grants)];
  return against === '' ? all : [...all, await startService(against, place, against, grants)];
}

/** The credentials of as many subjects, the same for every contestant. */
export function bearersOf(grants: number): string[] {
  return subjectsOf(grants).map((subject) => `Bearer ${jwt(subject)}`);
}

function subjectsOf(grants: number): string[] {
  return Array.from({ length: grants }, (_, index) => `user-${index}`);
}

async function startLimit(place: DatabasePlace, grants: number): Promise<Contestant> {
  await using started = new AsyncDisposableStack();
  const database = started.use(await place.create());
  const provider = started.use(await startInstantProvider());
  const file = new URL('limit-server.ts', import.meta.url);
  const program = started.use(await startProgram<{ url: string }>(file, [database.url, provider.url, String(grants)]));
  return contestant(
    'limit',
    { url: program.ready.url, path: '/', pid: program.pid, database, provider },
    started.move(),
  );
}

async function startService(name: string, place: DatabasePlace, checkout: string, grants: number): Promise<Contestant> {
  await using started = new AsyncDisposableStack();
  const database = started.use(await place.create());
  const provider = started.use(await startInstantProvider());
  const options = { checkout, database, providerUrl: provider.url };
  await importGrants(options, subjectsOf(grants));
  const { url, pid } = started.use(await startEvergrant(options));
  return contestant(name, { url, path: TOKEN_PATH, pid, database, provider }, started.move());
}

function contestant(
  name: string,
  parts: Omit<Contestant, 'name' | keyof AsyncDisposable>,
  started: AsyncDisposableStack,
): Contestant {
  return { name, ...parts, [Symbol.asyncDispose]: () => started.disposeAsync() };
}
