import { pino, type Logger } from 'pino';
import type { ApiKeyStore } from '../callers/api-key.ts';
import { openDatabaseMark } from './database-mark.ts';
import { bookingsSettings, httpSettings } from './http-settings.ts';
import { openRescue, replayAtStart } from './rescued-answers.ts';
import { revokedAtOnce } from './revoked-at-once.ts';
import { ServiceStop } from './service-stop.ts';
import type { Config, Secrets } from '../config/index.ts';
import { buildAuthenticator } from './authenticator.ts';
import { databaseLocation } from './database-location.ts';
import { openProviders } from './providers.ts';
import { Connections } from '../grants/connections/connections.ts';
import { DEFAULT_BOUNDS } from '../grants/exchange.ts';
import { retentionOf } from '../grants/upkeep/forgetting.ts';
import { FrontendTokens } from '../grants/keeper/frontend-tokens.ts';
import { Keeper } from '../grants/keeper/keeper.ts';
import { Linking } from '../grants/linking/linking.ts';
import { combine } from '../grants/observer.ts';
import { Profiles } from '../grants/connections/profiles.ts';
import { Providers } from '../grants/providers.ts';
import { Successions } from '../grants/keeper/successions.ts';
import { startUpkeep } from '../grants/upkeep/upkeep.ts';
import { Usage } from '../grants/upkeep/usage.ts';
import { createApp } from '../http/app.ts';
import { CONNECT_PATH } from '../http/api/connect/start-link.ts';
import type { EndpointTable } from '../http/endpoint-table.ts';
import { logTo, storesLogTo } from './log-observer.ts';
import type { Provider } from '../providers/provider.ts';
import { openStores } from '../stores/index.ts';
import { Vault } from '../stores/vault/vault.ts';
import { systemClock } from './system-clock.ts';

/** Configures {@link createEvergrant}: a loaded configuration, and where to log. */
export interface EvergrantOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  /** Default: JSON lines on standard error at the configured level. */
  readonly logger?: Logger;
}

/** A running Evergrant without a socket: mount `fetch` anywhere, or call the keeper directly. */
export interface Evergrant extends AsyncDisposable {
  /** Answers requests to the HTTP API (Fetch standard). */
  readonly fetch: (request: Request, env?: object) => Response | Promise<Response>;
  /** The same endpoints for the server of `evergrant serve`, without the overhead of Fetch objects. */
  readonly endpoints: EndpointTable;
  readonly keeper: Keeper;
  readonly apiKeys: ApiKeyStore;
  readonly providers: readonly Provider[];
  /** Rejects if a part that every call needs does not answer. */
  checkReadiness(): Promise<void>;
  /**
   * Waits for exchanges in flight, then closes the database.
   *
   * @param limitMs how long to wait at most, in milliseconds, whatever the database does; by default the hard cap of an
   *   upstream call and a little more for storing its answer
   * @throws StopCutShortError if work was still in progress then; the answers in hand are in the rescue folder
   */
  close(limitMs?: number): Promise<void>;
  /**
   * Saves the answers in hand to the rescue folder, for a process that must exit now.
   *
   * @returns what is still in progress, in words
   */
  giveUp(): Promise<string[]>;
}

/**
 * The composition root: every part is built once, here, in order.
 *
 * @throws WrongKeyRingError, NewerSchemaError, or the database's own error
 */
export async function createEvergrant(options: EvergrantOptions): Promise<Evergrant> {
  const { config, secrets } = options;
  const logger = options.logger ?? pino({ level: config.logLevel }, pino.destination(2));
  const log = logTo(logger);
  const storesLog = storesLogTo(logger);
  const [clock, random] = [systemClock, Math.random];
  const bounds = { ...DEFAULT_BOUNDS, upstreamMs: config.upstreamTimeoutMs };
  const vault = new Vault(secrets.encryptionKeys);
  await using opened = new AsyncDisposableStack();
  const location = databaseLocation(config, secrets);
  const stores = opened.use(await openStores({ location, vault, clock, bounds, ...storesLog }));
  const { grants, pauses, confirmations } = stores;
  const rescue = await openRescue(config.rescueFolder, vault, log);
  const mark = await openDatabaseMark({
    mark: stores.highWaterMark(`${config.rescueFolder}-mark`),
    place: config.rescueFolder,
    observer: log,
    warn: storesLog.remark,
  });
  const usage = new Usage();
  const observer = combine(mark.observer, usage, log);
  await replayAtStart({ rescue, store: grants, clock, observer });
  const providers = new Providers((await openProviders({ config, vault })).map((each) => opened.use(each)));
  const bookings = bookingsSettings(config);
  const successions =
    bookings &&
    new Successions({
      store: stores.successions,
      provider: providers.get(bookings.provider),
      clock,
      limits: config.atoms,
    });
  const { callerWaitMs } = config;
  const common = { providers, clock, random, bounds, rescue, observer };
  const keeper = new Keeper({ ...common, store: grants, pauses, confirmations, successions, callerWaitMs });
  const redirectUri = (provider: string) => `${config.publicUrl}${CONNECT_PATH}/${provider}/callback`;
  const linking = new Linking({ ...common, store: stores.links, redirectUri });
  const authenticator = await buildAuthenticator({ config, secrets, apiKeys: stores.apiKeys });
  const checkReadiness = async () => {
    await Promise.all([stores.check(), authenticator.checkTrust()]);
  };
  const app = createApp({
    keeper,
    profiles: new Profiles({ store: grants, providers, clock, confirm: (...account) => keeper.confirm(...account) }),
    connections: new Connections({ ...common, store: stores.connections, grants }),
    frontendTokens: new FrontendTokens({ keeper, grants, providers }),
    linking,
    authenticator,
    checkReadiness,
    settings: httpSettings(config, providers),
    logger,
    now: () => clock.now(),
  });
  const upkeep = startUpkeep({
    ...common,
    keeper,
    usage,
    successions,
    stores,
    providers: providers.all,
    share: config.upkeep.share,
    alsoDo: mark.tasks,
    retention: retentionOf(config.upkeep, config.atoms),
  });
  const stop = new ServiceStop({
    keeper,
    linking,
    upkeep,
    resources: opened.move(),
    clock,
    upstreamMs: bounds.upstreamMs,
  });
  return {
    fetch: app.fetch,
    endpoints: app.endpoints,
    keeper,
    apiKeys: revokedAtOnce(stores.apiKeys, authenticator),
    providers: providers.all,
    checkReadiness,
    close: (limitMs) => stop.close(limitMs),
    giveUp: () => stop.giveUp(),
    [Symbol.asyncDispose]: () => stop.close(),
  };
}
