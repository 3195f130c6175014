import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../support/service/start-service.ts';
import { calComPlayer, OAUTH_CLIENT, writeCrowdedState } from './cal-com-player.ts';
import type { Kind } from './kinds.ts';
import { oauth2Player } from './oauth-2-player.ts';
import { stageAt, type Player } from './player.ts';
import { startServers } from './start-servers.ts';

/** Upkeep may spend as much as it likes. */
const REQUESTS_PER_MINUTE = 60_000;

/** A player for every kind, and how a service meets them all. */
export interface Players extends AsyncDisposable {
  readonly all: readonly Player[];
  /** With the secrets of our clients. */
  readonly env: Environment;
  /** The same secrets, wrong. */
  readonly wrongSecrets: Environment;
  /** Begins to count calls. */
  forgetCalls(): Promise<void>;
}

/**
 * Starts them: one server for each kind, but for Cal.com's, which share theirs as they share its address in the environment.
 *
 * @param accounts how many each of them can be asked for
 */
export async function startPlayers(kinds: readonly Kind[], accounts: number): Promise<Players> {
  await using started = new AsyncDisposableStack();
  const memory = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'evergrant-kinds-'));
  started.defer(() => rm(memory, { recursive: true, force: true }));
  const stateFile = join(memory, 'cal-com.json');
  await writeCrowdedState(stateFile, accounts);
  const others = kinds.filter(({ played }) => played !== 'cal-com');
  const wanted = [{ played: 'cal-com', stateFile } as const, ...others.map(({ played }) => ({ played }))];
  const stages = started.use(await startServers(wanted)).urls.map(stageAt);
  const [calCom = stageAt('')] = stages;
  const all: Player[] = [];
  for (const kind of kinds) {
    const stage = kind.played === 'cal-com' ? calCom : stages[1 + others.indexOf(kind)];
    if (stage === undefined) throw new Error(`${kind.name} has no server`);
    await stage.control('PUT', '/settings', kind.settings);
    all.push((kind.played === 'cal-com' ? calComPlayer : oauth2Player)(kind, stage));
  }
  const definitions = join(memory, 'providers.json');
  await writeFile(definitions, JSON.stringify(Object.fromEntries(all.flatMap(definition))));
  const cronofyUrl = all.find(({ kind }) => kind.played === 'cronofy')?.url;
  const parts = started.move();
  return {
    all,
    env: {
      EVERGRANT_PROVIDERS: definitions,
      SANDBOX_CLIENT_SECRET: 'sandbox-oauth2-secret',
      CAL_COM_API_URL: `${calCom.url}/v2`,
      CAL_COM_APP_URL: calCom.url,
      CAL_COM_OAUTH_CLIENT_ID: OAUTH_CLIENT.client_id,
      CAL_COM_OAUTH_CLIENT_SECRET: OAUTH_CLIENT.client_secret,
      ...(cronofyUrl === undefined
        ? {}
        : {
            CRONOFY_CLIENT_ID: 'sandbox-cronofy-client',
            CRONOFY_CLIENT_SECRET: 'sandbox-cronofy-secret',
            CRONOFY_API_URL: cronofyUrl,
            CRONOFY_APP_URL: cronofyUrl,
          }),
    },
    wrongSecrets: {
      SANDBOX_CLIENT_SECRET: 'not-the-secret',
      CAL_COM_CLIENT_SECRET: 'not-the-secret',
      CAL_COM_OAUTH_CLIENT_SECRET: 'not-the-secret',
      ...(cronofyUrl === undefined ? {} : { CRONOFY_CLIENT_SECRET: 'not-the-secret' }),
    },
    forgetCalls: async () => {
      await Promise.all(stages.map(({ control }) => control('DELETE', '/journal')));
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** The file of `EVERGRANT_PROVIDERS` holds what has no variables of its own. */
function definition({ kind, url }: Player): [string, object][] {
  if (kind.played !== 'oauth-2') return [];
  const written = {
    client_id: 'sandbox-oauth2-client',
    client_secret_env: 'SANDBOX_CLIENT_SECRET',
    client_auth: 'basic',
    token_url: `${url}/token`,
    on_reuse: kind.onReuse,
    requests_per_minute: REQUESTS_PER_MINUTE,
  };
  return [[kind.name, written]];
}
