import { DEFAULT_BOUNDS } from '../../../src/grants/exchange.ts';
import type { GrantStore } from '../../../src/grants/storage/grant-store.ts';
import type { UnreadStore } from '../../../src/grants/storage/unread-store.ts';
import { Vault } from '../../../src/stores/vault/vault.ts';
import type { StorePlace } from '../../unit/stores/contracts/grants/grant-store-contract.ts';
import { ringKey } from '../stores/ring-key.ts';
import { TestClock } from '../stores/test-clock.ts';
import { MemoryStore } from './memory-store.ts';
import { Memory } from './rows.ts';

/** A new, empty memory that several instances may open. */
export function memoryPlace(): Promise<StorePlace> {
  const clock = new TestClock();
  const memory = new Memory();
  const ownVault = new Vault([ringKey('k1')]);
  let holders = 0;
  const openOne = (vault: Vault) =>
    new MemoryStore({
      memory,
      bounds: DEFAULT_BOUNDS,
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      databaseNow: () => clock.now(),
      holder: `holder-${++holders}`,
      isDead: () => false,
      hash: (token) => hex(vault.tokenHash(token)),
    });
  return Promise.resolve({
    clock,
    open: ({ vault = ownVault } = {}) => Promise.resolve(promised(openOne(vault), clock)),
    openUnread: () => Promise.resolve(promisedUnread(openOne(ownVault))),
    countGrants: () => Promise.resolve(memory.grants.size),
    endReasons: () =>
      Promise.resolve(new Map(memory.credentials.map((row) => [row.exchangeId, row.endReason ?? null]))),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

/** The same store behind promises, as everybody but the simulation expects it. */
function promised(store: MemoryStore, clock: TestClock): GrantStore {
  return {
    view: (...args) => Promise.resolve(store.view(...args)),
    viewWithStatus: (...args) => Promise.resolve(store.viewWithStatus(...args)),
    exchangeStatus: (...args) => Promise.resolve(store.claims(...args)),
    lastExchanged: (...args) => Promise.resolve(store.lastExchanged(...args)),
    connect: (...args) => {
      store.connect(...args);
      return Promise.resolve();
    },
    openExchange: (...args) => Promise.resolve(store.openExchange(...args)),
    standingApplicant: (...args) => Promise.resolve(store.standingApplicant(...args)),
    renewLease: (...args) => {
      store.renewLease(...args);
      return Promise.resolve();
    },
    finishObtained: (exchange, answer) => Promise.resolve(store.finishObtained(exchange, answer)),
    applyBackoff: (...args) => {
      store.applyBackoff(...args);
      return Promise.resolve();
    },
    finishFailed: (...args) => Promise.resolve(store.finishFailed(...args)),
    noteReconnectRequired: (...args) => Promise.resolve(store.noteReconnectRequired(...args)),
    noteAwaited: () => Promise.resolve(),
    awaitChange: (_grantId, ms) => clock.sleep(ms),
    account: (...args) => Promise.resolve(store.account(...args)),
    noteProfile: (...args) => {
      store.noteProfile(...args);
      return Promise.resolve();
    },
  };
}

function promisedUnread(store: MemoryStore): UnreadStore {
  return {
    list: (realm, query) => Promise.resolve(store.unread(realm, query)),
    noteReader: (...args) => {
      store.noteReader(...args);
      return Promise.resolve();
    },
    letPresent: (...args) => {
      store.letPresent(...args);
      return Promise.resolve();
    },
    drop: (...args) => {
      store.dropUnread(...args);
      return Promise.resolve();
    },
    counts: () => Promise.resolve(store.countUnread()),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
