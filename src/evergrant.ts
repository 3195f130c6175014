import { pino, type Logger } from 'pino';
import type { Authenticator } from './callers/authenticate.ts';
import type { ApiKeyStore } from './callers/api-key.ts';
import type { Config, Secrets } from './config/index.ts';
import { configuredAuthenticator, configuredProvidersOf, databaseLocation } from './configured.ts';
import { Connections } from './grants/connections.ts';
import { DEFAULT_BOUNDS } from './grants/exchange.ts';
import { FrontendTokens } from './grants/frontend-tokens.ts';
import { Keeper } from './grants/keeper.ts';
import { retentionOf } from './grants/forgetting.ts';
import { Linking } from './grants/linking.ts';
import { Profiles } from './grants/profiles.ts';
import { Providers } from './grants/providers.ts';
import { replayRescued } from './grants/rescue.ts';
import { startUpkeep } from './grants/upkeep.ts';
import { Successions } from './grants/successions.ts';
import { Usage } from './grants/usage.ts';
import { createApp } from './http/app.ts';
import { CONNECT_PATH } from './http/begin-link.ts';
import type { EndpointTable } from './http/endpoint-table.ts';
import type { BookingsSettings } from './http/services.ts';
import type { Provider } from './providers/provider.ts';
import { openStores, type Stores } from './stores/index.ts';
import { RescueFolder } from './stores/rescue-folder.ts';
import { Vault } from './stores/vault.ts';
import { endedWithin } from './grants/ended-within.ts';
import { StopCutShortError } from './grants/stop-cut-short-error.ts';
import { systemClock } from './system-clock.ts';
import { eventsTo, journalTo } from './journal.ts';
import { VERSION } from './version.ts';

/** What {@link createEvergrant} is given: a loaded configuration, and where to log. */
export interface EvergrantOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  /** Default: JSON lines on standard error at the configured level. */
  readonly logger?: Logger;
}

/** A running Evergrant without a socket: mount `fetch` anywhere, or ask the keeper directly. */
export interface Evergrant extends AsyncDisposable {
  /** Answers requests of the HTTP API (Fetch standard). */
  readonly fetch: (request: Request, env?: object) => Response | Promise<Response>;
  /** The same for the server of `evergrant serve`, which spares it the Fetch standard's objects. */
  readonly endpoints: EndpointTable;
  readonly keeper: Keeper;
  readonly apiKeys: ApiKeyStore;
  readonly providers: readonly Provider[];
  /** Rejects where a part that every call needs does not answer. */
  checkReadiness(): Promise<void>;
  /**
   * Lets exchanges in flight end, then closes the database.
   *
   * @param limitMs when to wait no longer, whatever the database does, in milliseconds; by default the hard cap of a call
   *   to a provider and a little more for storing its answer
   * @throws {@link StopCutShortError} where something was still under way then; the answers in hand are in the rescue folder
   */
  close(limitMs?: number): Promise<void>;
  /**
   * For a process that must end now: keeps the answers in hand in the rescue folder.
   *
   * @returns what is still under way, in words
   */
  giveUp(): Promise<string[]>;
}

/** How often it is noted that the database has gone on, in milliseconds. */
const MARK_EVERY_MS = 10_000;
const WENT_BACK =
  'The database is older than it was when this machine last wrote to it: a backup was restored, or a failover lost ' +
  'commits. Tokens that were renewed since are lost; whose they were is told as reverted.';

/** What storing an answer may take beyond the call that gave it, before a stop waits no longer; in milliseconds. */
const STORING_MS = 15_000;

/**
 * The composition root: every part is built once, here, in order.
 *
 * @throws WrongKeyRingError, NewerSchemaError, or the database's own error
 */
export async function createEvergrant(options: EvergrantOptions): Promise<Evergrant> {
  const { config, secrets } = options;
  const logger = options.logger ?? pino({ level: config.logLevel }, pino.destination(2));
  const clock = systemClock;
  const bounds = { ...DEFAULT_BOUNDS, upstreamMs: config.upstreamTimeoutMs };
  const vault = new Vault(secrets.encryptionKeys);
  await using opened = new AsyncDisposableStack();
  const trouble = (what: string, cause?: unknown) => {
    logger.error({ err: cause }, what);
  };
  const remark = (what: string) => {
    logger.warn(what);
  };
  const progress = (line: string) => {
    logger.info(line);
  };
  const location = databaseLocation(config, secrets);
  const stores = opened.use(await openStores({ location, vault, clock, bounds, trouble, remark, progress }));
  const told = eventsTo(logger);
  const rescue = new RescueFolder(config.rescueFolder, vault, trouble);
  await rescue.putBack().catch((cause: unknown) => {
    trouble('what was set aside in the rescue folder cannot be tried again', cause);
  });
  const mark = stores.highWaterMark(`${config.rescueFolder}-mark`);
  const keepMark = async (work: Promise<boolean>) => {
    if (await work) logger.warn(WENT_BACK);
  };
  const isMarked = await keepMark(mark.raise()).then(
    () => true,
    (cause: unknown) => {
      trouble(`nothing can be kept beside ${config.rescueFolder}, so a restored backup would go unnoticed`, cause);
      return false;
    },
  );
  await replayRescued(rescue, stores.grants, told).catch((cause: unknown) => {
    trouble('the database still refuses what was rescued', cause);
  });
  const journal = journalTo(logger, told);
  const providers = new Providers((await configuredProvidersOf({ config, vault })).map((each) => opened.use(each)));
  const usage = new Usage();
  const bookings = bookingsSettings(config);
  const successions =
    bookings &&
    new Successions({
      store: stores.successions,
      provider: providers.get(bookings.provider),
      clock,
      limits: config.atoms,
    });
  const keeper = new Keeper({
    store: stores.grants,
    providers,
    clock,
    random: Math.random,
    bounds,
    pauses: stores.pauses,
    rescue,
    callerWaitMs: config.callerWaitMs,
    successions,
    report: (report) => {
      mark.outdate();
      journal(report);
    },
    trouble,
    told,
    used: (credential) => {
      usage.note(credential);
    },
  });
  const authenticator = configuredAuthenticator({ config, secrets, apiKeys: stores.apiKeys });
  const linking = new Linking({
    store: stores.links,
    providers,
    clock,
    bounds,
    redirectUri: (provider) => `${config.publicUrl}${CONNECT_PATH}/${provider}/callback`,
    told,
  });
  const checkReadiness = readiness(stores, authenticator);
  const app = createApp({
    keeper,
    profiles: new Profiles({ store: stores.grants, providers, clock }),
    connections: new Connections({ store: stores.connections, grants: stores.grants, providers, clock, told }),
    frontendTokens: new FrontendTokens({ keeper, grants: stores.grants, providers }),
    linking,
    authenticator,
    checkReadiness,
    settings: {
      publicUrl: config.publicUrl,
      corsOrigins: config.corsOrigins,
      bookings,
      providers: providers.all.map(({ name }) => name),
      linkable: providers.linkable().map(({ name }) => name),
      titles: new Map(providers.all.map(({ name, title }) => [name, title])),
      returnUrls: config.returnUrls,
      version: VERSION,
    },
    logger,
    now: () => clock.now(),
  });
  const upkeep = startUpkeep({
    keeper,
    usage,
    successions,
    providers: providers.all,
    grants: stores.grants,
    store: stores.upkeep,
    pauses: stores.pauses,
    links: stores.links,
    vainConsents: stores.vainConsents,
    connections: stores.connections,
    bounds,
    rescue,
    clock,
    random: Math.random,
    share: config.upkeep.share,
    alsoDo: isMarked
      ? [{ name: 'note that the database went on', everyMs: MARK_EVERY_MS, work: () => keepMark(mark.keepUp()) }]
      : [],
    retention: retentionOf(config.upkeep, config.atoms),
    told,
    trouble,
  });
  const parts = opened.move();
  let isClosingParts = false;
  const end = async () => {
    await Promise.all([keeper.close(), linking.landed(), upkeep[Symbol.asyncDispose]()]);
    isClosingParts = true;
    await parts.disposeAsync();
  };
  const giveUp = async () => {
    await keeper.rescueAnswers();
    return [
      counted(keeper.underWay, 'renewal'),
      counted(linking.underWay, 'link being completed', 'links being completed'),
      ...upkeep.underWay().map((chore) => `upkeep (${chore})`),
      isClosingParts ? 'closing the database' : [],
    ].flat();
  };
  const close = async (limitMs = config.upstreamTimeoutMs + STORING_MS) => {
    if (await endedWithin(clock, limitMs, end())) return;
    throw new StopCutShortError(`The stop took longer than ${Math.round(limitMs / 1000)} seconds.`, await giveUp());
  };
  return {
    fetch: app.fetch,
    endpoints: app.endpoints,
    keeper,
    apiKeys: refusedAtOnce(stores.apiKeys, authenticator),
    providers: providers.all,
    checkReadiness,
    close,
    giveUp,
    [Symbol.asyncDispose]: () => close(),
  };
}

function counted(count: number, one: string, many = `${one}s`): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
}

/** A key revoked here is refused here from now on; other instances notice within seconds. */
function refusedAtOnce(apiKeys: ApiKeyStore, authenticator: Authenticator): ApiKeyStore {
  return {
    find: (id) => apiKeys.find(id),
    add: (record) => apiKeys.add(record),
    list: () => apiKeys.list(),
    revoke: async (id, at) => {
      const revoked = await apiKeys.revoke(id, at);
      authenticator.forget(id);
      return revoked;
    },
  };
}

function bookingsSettings({ bookings: mode, providers }: Config): BookingsSettings | undefined {
  const client = providers['cal-com'][mode];
  if (client === undefined) return undefined;
  return {
    provider: mode === 'managed' ? 'cal-com-managed' : 'cal-com',
    mode,
    calClientId: client.clientId,
    calApiUrl: client.apiUrl,
    calAppUrl: client.appUrl,
  };
}

function readiness(stores: Stores, authenticator: Authenticator) {
  return async () => {
    await Promise.all([stores.check(), authenticator.checkTrust()]);
  };
}
