import { pino, type Logger } from 'pino';
import { createAuthenticator, type Authenticator } from './callers/authenticate.ts';
import type { ApiKeyStore } from './callers/api-key.ts';
import type { Config, Secrets } from './config/index.ts';
import { DEFAULT_BOUNDS } from './grants/exchange.ts';
import type { ImportStore } from './grants/imports.ts';
import { Keeper } from './grants/keeper.ts';
import { Profiles } from './grants/profiles.ts';
import type { GrantEvent } from './grants/events.ts';
import type { ExchangeReport } from './grants/renewal.ts';
import { replayRescued } from './grants/rescue.ts';
import { startUpkeep } from './grants/upkeep.ts';
import { Usage } from './grants/usage.ts';
import { createApp } from './http/app.ts';
import type { BookingsSettings } from './http/services.ts';
import { configuredProviders } from './providers/index.ts';
import type { Provider } from './providers/provider.ts';
import { migrateDatabase as migrateLocation, openStores, type DatabaseLocation, type Stores } from './stores/index.ts';
import type { EventLog } from './stores/event-log.ts';
import { RescueFolder } from './stores/rescue-folder.ts';
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
  /** Lets exchanges in flight end, then closes the database. */
  close(): Promise<void>;
}

/** The provider behind `/api/v1/bookings`. */
export const BOOKINGS_PROVIDER = 'cal-com-managed';

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
  const trouble = (what: string, cause: unknown) => {
    logger.error({ err: cause }, what);
  };
  const location = databaseLocation(config, secrets);
  const stores = opened.use(await openStores({ location, vault, clock, bounds, trouble }));
  const told = eventsTo(logger);
  const rescue = new RescueFolder(config.rescueFolder, vault, trouble);
  await replayRescued(rescue, stores.grants, told).catch((cause: unknown) => {
    trouble('the database still refuses what was rescued', cause);
  });
  const providers = configuredProviders(providerOptions(config, secrets, vault)).map((each) => opened.use(each));
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
    authenticator,
    checkReadiness,
    settings: {
      publicUrl: config.publicUrl,
      corsOrigins: config.corsOrigins,
      bookings: bookingsSettings(config),
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

/** What imports need, and nothing that asks a provider. */
export interface Imports extends AsyncDisposable {
  readonly store: ImportStore;
  readonly providers: readonly Provider[];
}

/**
 * Opens the database for imports; no upkeep runs, and services on the same database may.
 *
 * @throws as {@link createEvergrant}
 */
export async function openImports({ config, secrets }: EvergrantOptions): Promise<Imports> {
  const vault = new Vault(secrets.encryptionKeys);
  const bounds = { ...DEFAULT_BOUNDS, upstreamMs: config.upstreamTimeoutMs };
  await using opened = new AsyncDisposableStack();
  const location = databaseLocation(config, secrets);
  const stores = opened.use(await openStores({ location, vault, clock: systemClock, bounds }));
  const providers = configuredProviders(providerOptions(config, secrets, vault)).map((each) => opened.use(each));
  const parts = opened.move();
  return { store: stores.imports, providers, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** What was told of grants. */
export interface Events extends AsyncDisposable {
  readonly log: EventLog;
}

/**
 * Opens the database for reading events; no upkeep runs, and services on the same database may.
 *
 * @throws as {@link createEvergrant}
 */
export async function openEvents({ config, secrets }: EvergrantOptions): Promise<Events> {
  const vault = new Vault(secrets.encryptionKeys);
  const location = databaseLocation(config, secrets);
  const stores = await openStores({ location, vault, clock: systemClock, bounds: DEFAULT_BOUNDS });
  return { log: stores.events, [Symbol.asyncDispose]: () => stores[Symbol.asyncDispose]() };
}

/** Brings the schema up to date and touches nothing else; gives the names of the migrations applied now. */
export function migrateDatabase({ config, secrets }: EvergrantOptions): Promise<string[]> {
  const location = databaseLocation(config, secrets);
  return migrateLocation({ location, clock: systemClock, bounds: DEFAULT_BOUNDS });
}

function databaseLocation({ database }: Config, { databaseUrl }: Secrets): DatabaseLocation {
  if (database.kind === 'sqlite') return database;
  if (databaseUrl === undefined) throw new Error('A Postgres database without its URL.');
  return { kind: 'postgres', url: databaseUrl };
}

function providerOptions({ calCom, upstreamTimeoutMs }: Config, { calComClientSecret }: Secrets, vault: Vault) {
  if (calCom === undefined || calComClientSecret === undefined) return {};
  const managed = {
    clientId: calCom.clientId,
    clientSecret: calComClientSecret,
    apiUrl: calCom.apiUrl,
    upstreamTimeoutMs,
    subjectProofs: (subject: string) => vault.subjectProofs(subject),
    now: () => systemClock.now(),
  };
  return { [BOOKINGS_PROVIDER]: managed };
}

function jwtTrust({ jwt }: Config, { jwtSecret: secret }: Secrets) {
  return jwt === undefined ? undefined : { ...jwt, secret };
}

function bookingsSettings({ calCom }: Config): BookingsSettings | undefined {
  if (calCom === undefined) return undefined;
  return {
    provider: BOOKINGS_PROVIDER,
    mode: 'managed',
    calClientId: calCom.clientId,
    calApiUrl: calCom.apiUrl,
    calAppUrl: calCom.appUrl,
  };
}

function readiness(stores: Stores, authenticator: Authenticator) {
  return async () => {
    await Promise.all([stores.ping(), authenticator.checkTrust()]);
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
