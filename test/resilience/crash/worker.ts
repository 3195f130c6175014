import { AsyncResource } from 'node:async_hooks';
import { flushCompileCache } from 'node:module';
import { DEFAULT_BOUNDS } from '../../../src/grants/exchange.ts';
import { Keeper } from '../../../src/grants/keeper/keeper.ts';
import { NO_OBSERVER } from '../../../src/grants/observer.ts';
import { Providers } from '../../../src/grants/providers.ts';
import { replayRescued } from '../../../src/grants/keeper/rescue.ts';
import { Secret } from '../../../src/secret.ts';
import { openStores } from '../../../src/stores/index.ts';
import { RescueFolder } from '../../../src/stores/vault/rescue-folder.ts';
import { Vault } from '../../../src/stores/vault/vault.ts';
import { systemClock as clock } from '../../../src/composition/system-clock.ts';
import { ringKey } from '../../support/stores/ring-key.ts';
import { dyingProvider, dyingRescue, dyingStore, makeCommitsDeadly, plan } from './dying.ts';
import { KINDS, providerOf } from './kinds.ts';
import { postgresLedger, sqliteLedger } from './ledger.ts';
import type { Asked, Order, Slot, WorkerOptions } from './protocol.ts';
import { finishObtained } from '../../support/stores/scheduled.ts';

// One instance without its HTTP: does what it is told over IPC, and dies where it is told.
const options = JSON.parse(process.argv[2] ?? '') as WorkerOptions;
const { databasePath, databaseUrl, rescueFolder, key, urls, crash } = options;
makeCommitsDeadly();
plan.current = crash;

const location =
  databasePath === undefined
    ? { kind: 'postgres' as const, url: new Secret(databaseUrl ?? '') }
    : { kind: 'sqlite' as const, path: databasePath };
const vault = new Vault([ringKey('k1', Buffer.from(key, 'base64'))]);
const stores = await openStores({ location, vault, clock, bounds: DEFAULT_BOUNDS });
const providers = KINDS.map((kind) => dyingProvider(providerOf(kind, urls[kind.name] ?? '')));
const realms = new Map(providers.map(({ name, realm }) => [name, realm]));
const kindOfRealm = new Map(providers.map(({ name, realm }) => [realm, name]));
const rescue = dyingRescue(new RescueFolder(rescueFolder, vault, (what) => process.send?.({ trouble: what })));
await replayRescued({ rescue, store: dyingStore(stores.grants, kindOfRealm, true), clock, observer: NO_OBSERVER });
const keeper = new Keeper({
  store: dyingStore(stores.grants, kindOfRealm),
  providers: new Providers(providers),
  clock,
  random: Math.random,
  bounds: DEFAULT_BOUNDS,
  pauses: stores.pauses,
  rescue,
  callerWaitMs: 15_000,
});

/** A grant as linking an account would make it. */
async function hold({ kind, subject, account }: Slot): Promise<void> {
  const realm = realms.get(kind) ?? '';
  await stores.grants.connect(realm, subject);
  const { grantId } = (await stores.grants.view(realm, subject)) ?? { grantId: '' };
  const intent = { grantId, kind: 'provision', presented: undefined, last: undefined, current: undefined } as const;
  const opened = await stores.grants.openExchange(intent);
  if (opened === undefined || account === undefined) throw new Error('no grant to hold tokens');
  const { accessToken, refreshToken } = account;
  await finishObtained(stores.grants, opened, {
    kind: 'obtained',
    tokens: {
      accessToken: new Secret(accessToken),
      refreshToken: new Secret(refreshToken),
      expiresAt: clock.now() + 3_600_000,
      tokenType: 'Bearer',
    },
  });
}

async function ask({ kind, subject }: Slot): Promise<Asked> {
  const applicant = { subject, email: `${subject}@example.com`, name: subject, timeZone: 'Europe/Rome' };
  const answer = await keeper.token({ provider: kind, subject, applicant, force: true }).then(
    ({ accessToken }) => ({ accessToken: accessToken.reveal() }),
    (error: unknown) => ({ error: error instanceof Error && 'code' in error ? String(error.code) : String(error) }),
  );
  const view = await stores.grants.view(realms.get(kind) ?? '', subject);
  const held = 'error' in answer && view !== undefined ? await refreshTokensEverHeld(view.grantId) : undefined;
  return {
    kind,
    subject,
    ...answer,
    ...(held === undefined ? {} : { held }),
    grantId: view?.grantId,
    refreshToken: view?.current?.refreshToken()?.reveal(),
  };
}

async function refreshTokensEverHeld(grantId: string): Promise<string[]> {
  await using ledger = databasePath === undefined ? postgresLedger(databaseUrl ?? '') : sqliteLedger(databasePath);
  const rows = await ledger.rows(
    `select exchange_id, refresh_token from credentials where grant_id = '${grantId}' and refresh_token is not null`,
  );
  return rows.map((row) => {
    const place = { grantId, exchangeId: Number(row['exchange_id']), field: 'refresh_token' } as const;
    return vault.open(row['refresh_token'] as Uint8Array, place).reveal();
  });
}

process.on('message', (order: Order) => {
  // Nothing of one order's context may leak into another's.
  AsyncResource.bind(() => {
    void follow(order);
  })();
});

async function follow(order: Order): Promise<void> {
  plan.current = order.crash;
  for (const slot of order.hold ?? []) await hold(slot);
  process.send?.({ asked: await Promise.all(order.ask.map(ask)) });
}

// Who is killed leaves no cache behind, and hundreds will be.
flushCompileCache();
process.send?.({ ready: true });
