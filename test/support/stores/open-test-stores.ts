import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DEFAULT_BOUNDS, type ExchangeBounds } from '../../../src/grants/exchange.ts';
import { openStores, type Stores } from '../../../src/stores/index.ts';
import { Vault } from '../../../src/stores/vault/vault.ts';
import type { StorePlace } from '../../unit/stores/contracts/grants/grant-store-contract.ts';
import { ringKey } from './ring-key.ts';
import { TestClock } from './test-clock.ts';

/** A directory that is gone when it is disposed of. */
export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'evergrant-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A SQLite file and the stores opened on it, all closed and removed together. */
export interface SqlitePlace extends StorePlace {
  readonly path: string;
  openAll(options?: { vault?: Vault; bounds?: ExchangeBounds }): Promise<Stores>;
  /** Reads the file past the stores. */
  rows(sql: string): Record<string, unknown>[];
}

/** A new SQLite file. */
export async function sqlitePlace(): Promise<SqlitePlace> {
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'evergrant.db');
  const clock = new TestClock();
  const ownVault = new Vault([ringKey('k1')]);
  const opened: (() => Promise<void>)[] = [];
  const openAll = async ({ vault = ownVault, bounds = DEFAULT_BOUNDS } = {}) => {
    const stores = await openStores({ location: { kind: 'sqlite', path }, vault, clock, bounds });
    const close = once(async () => stores[Symbol.asyncDispose]());
    opened.push(close);
    return { ...stores, [Symbol.asyncDispose]: close };
  };
  const rows = (sql: string) => {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  };
  return {
    path,
    clock,
    openAll,
    rows,
    open: async (options) => (await openAll(options)).grants,
    openUnread: async () => (await openAll()).unread,
    countGrants: () => Promise.resolve(rows('select id from grants').length),
    endReasons: () =>
      Promise.resolve(
        new Map(rows('select * from credentials').map((row) => [Number(row['exchange_id']), row['end_reason']])),
      ),
    async [Symbol.asyncDispose]() {
      for (const close of opened) await close();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** Runs `close` the first time it is called, so that a test may close before its end. */
function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => (closing ??= close());
}
