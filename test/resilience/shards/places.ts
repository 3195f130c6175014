import type { PoolClient } from 'pg';
import { shardOf, type Shard } from './shard.ts';

/** One subject in one realm. */
export interface Place {
  readonly realm: string;
  readonly subject: string;
}

/**
 * Says in which shard a subject's connection is: where its grant is. Every subject has a home, by its name; the home's
 * database says where the subject is now, if not there.
 */
export class Places {
  readonly #shards: readonly Shard[];

  constructor(shards: readonly Shard[]) {
    this.#shards = shards;
  }

  home({ realm, subject }: Place): Shard {
    return this.at(shardOf(this.#shards.length, realm, subject));
  }

  /** Where whoever has this account is linked: one grant is one account's, so all of them are in one shard. */
  ofAccount(realm: string, accountId: string): Shard {
    return this.at(shardOf(this.#shards.length, realm, 'account', accountId));
  }

  at(index: number): Shard {
    const shard = this.#shards[index];
    if (shard === undefined) throw new RangeError(`There is no shard ${index}.`);
    return shard;
  }

  async find(place: Place): Promise<Shard> {
    const home = this.home(place);
    const { rows } = await home.pool.query<{ shard: number }>(
      'select shard from places where realm = $1 and subject = $2',
      [place.realm, place.subject],
    );
    return rows[0] === undefined ? home : this.at(rows[0].shard);
  }

  /** Does `work` while nobody else moves this subject; what it does at home by `client` is committed with its move. */
  async moving<Result>(
    place: Place,
    work: (from: Shard, move: (to: Shard) => Promise<void>, client: PoolClient) => Promise<Result>,
  ): Promise<Result> {
    const home = this.home(place);
    const key = [place.realm, place.subject];
    const client = await home.pool.connect();
    try {
      await client.query('begin');
      await client.query('insert into places values ($1, $2, $3) on conflict do nothing', [...key, home.index]);
      const { rows } = await client.query<{ shard: number }>(
        'select shard from places where realm = $1 and subject = $2 for update',
        key,
      );
      const move = async (to: Shard) => {
        await client.query('update places set shard = $3 where realm = $1 and subject = $2', [...key, to.index]);
      };
      const result = await work(this.at(rows[0]?.shard ?? home.index), move, client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  }
}
