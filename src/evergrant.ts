import { pino, type Logger } from 'pino';
import { createAuthenticator, type Authenticator } from './callers/authenticate.ts';
import type { ApiKeyStore } from './callers/api-key.ts';
import type { Config, Secrets } from './config/index.ts';
import { configuredProvidersOf, databaseLocation } from './configured.ts';
import { Connections } from './grants/connections.ts';
import { DEFAULT_BOUNDS } from './grants/exchange.ts';
import { FrontendTokens } from './grants/frontend-tokens.ts';
import { Keeper } from './grants/keeper.ts';
import { Linking } from './grants/linking.ts';
import { Profiles } from './grants/profiles.ts';
import type { GrantEvent } from './grants/events.ts';
import type { ExchangeReport } from './grants/renewal.ts';
import { replayRescued } from './grants/rescue.ts';
import { startUpkeep } from './grants/upkeep.ts';
import { Usage } from './grants/usage.ts';
import { createApp } from './http/app.ts';
import { CONNECT_PATH } from './http/begin-link.ts';
import type { BookingsSettings } from './http/services.ts';
import type { Provider } from './providers/provider.ts';
import { openStores, type Stores } from './stores/index.ts';
import { RescueFolder, type RescuedCount } from './stores/rescue-folder.ts';
import { Vault } from './stores/vault.ts';
import { systemClock } from './system-clock.ts';
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
  readonly keeper: Keeper;
  readonly apiKeys: ApiKeyStore;
  readonly providers: readonly Provider[];
  /** Rejects where a part that every call needs does not answer. */
  checkReadiness(): Promise<void>;
  /** How many answers lie in the rescue folder. */
  countRescued(): Promise<RescuedCount>;
  /** Lets exchanges in flight end, then closes the database. */
  close(): Promise<void>;
}

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
  const location = databaseLocation(config, secrets);
  const stores = opened.use(await openStores({ location, vault, clock, bounds, trouble }));
  const told = eventsTo(logger);
  const rescue = new RescueFolder(config.rescueFolder, vault, trouble);
  await rescue.putBack().catch((cause: unknown) => {
    trouble('what was set aside in the rescue folder cannot be tried again', cause);
  });
  await replayRescued(rescue, stores.grants, told).catch((cause: unknown) => {
    trouble('the database still refuses what was rescued', cause);
  });
  const providers = configuredProvidersOf({ config, secrets, vault }).map((each) => opened.use(each));
  const usage = new Usage();
  const keeper = new Keeper({
    store: stores.grants,
    providers,
    clock,
    random: Math.random,
    bounds,
    rescue,
    callerWaitMs: config.callerWaitMs,
    graceMs: config.atomsGraceMs,
    report: journalTo(logger),
    trouble,
    told,
    used: (exchangeId) => {
      usage.note(exchangeId);
    },
  });
  const authenticator = createAuthenticator({
    jwt: jwtTrust(config, secrets),
    apiKeys: stores.apiKeys,
    now: () => clock.now(),
  });
  const checkReadiness = readiness(stores, authenticator);
  const app = createApp({
    keeper,
    profiles: new Profiles({ store: stores.grants, providers, clock }),
    connections: new Connections({ store: stores.connections, grants: stores.grants, providers, clock, told }),
    frontendTokens: new FrontendTokens({ keeper, grants: stores.grants, providers }),
    linking: new Linking({
      store: stores.links,
      providers,
      clock,
      redirectUri: (provider) => `${config.publicUrl}${CONNECT_PATH}/${provider}/callback`,
      told,
    }),
    authenticator,
    checkReadiness,
    settings: {
      publicUrl: config.publicUrl,
      corsOrigins: config.corsOrigins,
      bookings: bookingsSettings(config),
      providers: providers.map(({ name }) => name),
      linkable: providers.filter(({ authorization }) => authorization !== undefined).map(({ name }) => name),
      returnUrls: config.returnUrls,
      version: VERSION,
    },
    logger,
    now: () => clock.now(),
  });
  const upkeep = startUpkeep({
    keeper,
    usage,
    providers,
    grants: stores.grants,
    store: stores.upkeep,
    links: stores.links,
    connections: stores.connections,
    bounds,
    rescue,
    clock,
    random: Math.random,
    share: config.upkeep.share,
    // Whoever may still come with an expired token must be found.
    retentionMs: Math.max(config.upkeep.retentionMs, config.atomsGraceMs),
    told,
    trouble,
  });
  const parts = opened.move();
  const close = async () => {
    await Promise.all([keeper.close(), upkeep[Symbol.asyncDispose]()]);
    await parts.disposeAsync();
  };
  return {
    fetch: app.fetch,
    keeper,
    apiKeys: refusedAtOnce(stores.apiKeys, authenticator),
    providers,
    checkReadiness,
    countRescued: () => rescue.count(),
    close,
    [Symbol.asyncDispose]: close,
  };
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

function jwtTrust({ jwt }: Config, { jwtSecret: secret }: Secrets) {
  return jwt === undefined ? undefined : { ...jwt, secret };
}

function bookingsSettings({ bookings: mode, calCom, calComOAuth }: Config): BookingsSettings | undefined {
  const client = mode === 'managed' ? calCom : calComOAuth;
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

/** An exchange that gave a credential is news, one that didn't is a warning. */
function journalTo(logger: Logger) {
  return ({ outcome, cause, ...report }: ExchangeReport) => {
    const line = { ...report, outcome, ...(cause === undefined ? {} : { err: cause }) };
    if (outcome === 'obtained' || outcome === 'account_exists') logger.info(line, 'exchange');
    else logger.warn(line, 'exchange');
  };
}

/** Only what asks something of a person is a warning: the exchange before it has had a line of its own. */
function eventsTo(logger: Logger) {
  return (event: GrantEvent) => {
    if (event.type === 'grant.reconnect_required') logger.warn(event, 'event');
    else logger.info(event, 'event');
  };
}
