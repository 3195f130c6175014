import { createHash, randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { DEFAULT_BOUNDS } from '../../../src/grants/exchange.ts';
import { Secret } from '../../../src/secret.ts';
import { openStores, type Stores } from '../../../src/stores/index.ts';
import { Vault } from '../../../src/stores/vault/vault.ts';
import { systemClock as clock } from '../../../src/composition/system-clock.ts';
import { ringKey } from '../../support/stores/ring-key.ts';

/** One for all, as every database of a service is sealed by its keys. */
const KEY = Buffer.alloc(32, 'a key of shards');

/** One database of several, and what the router itself keeps and moves there. */
export interface Shard extends AsyncDisposable {
  readonly index: number;
  readonly stores: Stores;
  readonly pool: Pool;
}

/** Opens the databases of these URLs as the shards of one service. */
export async function openShards(urls: readonly string[]): Promise<Shard[]> {
  return Promise.all(urls.map((url, index) => openShard(url, index)));
}

async function openShard(url: string, index: number): Promise<Shard> {
  const vault = new Vault([ringKey('k1', KEY)]);
  const location = { kind: 'postgres', url: new Secret(url) } as const;
  const newGrantId = () => `s${index}-${randomUUID()}`;
  const stores = await openStores({ location, vault, clock, bounds: DEFAULT_BOUNDS, newGrantId });
  const pool = new Pool({ connectionString: url, max: 8 });
  await pool.query(`create table if not exists places (
    realm text not null, subject text not null, shard int not null, primary key (realm, subject))`);
  return {
    index,
    stores,
    pool,
    async [Symbol.asyncDispose]() {
      await stores[Symbol.asyncDispose]();
      await pool.end();
    },
  };
}

/** Of which of so many shards something is that is named by these words. */
export function shardOf(count: number, ...words: readonly string[]): number {
  return createHash('sha256').update(JSON.stringify(words)).digest().readUInt32BE() % count;
}

/** In which shard a grant is, by its id. */
export function shardOfGrant(grantId: string): number {
  const [, index = ''] = /^s(\d+)-/.exec(grantId) ?? [];
  if (index === '') throw new Error('This grant says of no shard that it is in it.');
  return Number(index);
}
