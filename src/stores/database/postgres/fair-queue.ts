import type { PoolClient, PoolOptions } from 'pg';
import { StoreUnavailableError } from '../../../grants/errors.ts';
import { meaningOf } from './errors.ts';

/** How long to wait for a turn, in milliseconds: as long as a caller would. */
const PATIENCE_MS = 15_000;
/** How long the pool does without a connection that it failed to get, in milliseconds. */
const REST_MS = 5_000;

type Begin = () => void;

/** Creates and keeps connections: the driver's pool, or {@link PostgresPool} over it. */
export interface ConnectionSource {
  readonly options: PoolOptions;
  readonly idleCount: number;
  connect(): Promise<PoolClient>;
  /** True of a connection that must not be used again. */
  isSpent(client: PoolClient): boolean;
  end(): Promise<void>;
}

/**
 * A pool whose callers wait for their turn before they ask it for a connection. The pool's own time limit then covers
 * only the making of connections, so a crowd doesn't make the database look unreachable. Two queues alternate, so that
 * a crowd of transactions doesn't hold up quick single statements, or the reverse. Where the server has fewer
 * connections to give than there are turns, all callers share those that work.
 */
export class FairQueue {
  readonly #source: ConnectionSource;
  #free: number;
  /** Working connections that are lent out. */
  #lent = 0;
  readonly #transactions = new Set<Begin>();
  readonly #statements = new Set<Begin>();
  /** Callers who had a turn but got no connection; they come before both queues. */
  readonly #again = new Set<Begin>();
  readonly #resting = new Set<NodeJS.Timeout>();
  #last = this.#statements;

  constructor(source: ConnectionSource, size: number) {
    this.#source = source;
    this.#free = size;
  }

  get options(): PoolOptions {
    return this.#source.options;
  }

  /** A connection for a transaction; the caller releases it. Throws {@link StoreUnavailableError}. */
  connect(): Promise<PoolClient> {
    return this.#connect(this.#transactions);
  }

  /** A connection for one quick statement; the caller releases it. Throws {@link StoreUnavailableError}. */
  connectBriefly(): Promise<PoolClient> {
    return this.#connect(this.#statements);
  }

  end(): Promise<void> {
    for (const timer of this.#resting) clearTimeout(timer);
    return this.#source.end();
  }

  async #connect(queue: Set<Begin>): Promise<PoolClient> {
    await this.#turn(queue);
    try {
      return this.#lend(await this.#source.connect());
    } catch (error) {
      if (meaningOf(error) === 'scarce' && this.#lent + this.#source.idleCount > 0) {
        this.#rest();
        return this.#connect(this.#again);
      }
      this.#next();
      throw new StoreUnavailableError(error);
    }
  }

  #lend(client: PoolClient): PoolClient {
    this.#lent += 1;
    const release = client.release.bind(client);
    client.release = (error) => {
      this.#lent -= 1;
      release(error === undefined || error === false ? this.#source.isSpent(client) : error);
      this.#next();
    };
    return client;
  }

  /** Takes a turn out of use for a while, then tries again whether there is a connection for it. */
  #rest(): void {
    const timer = setTimeout(() => {
      this.#resting.delete(timer);
      this.#next();
    }, REST_MS).unref();
    this.#resting.add(timer);
  }

  #turn(queue: Set<Begin>): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const begin = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        queue.delete(begin);
        reject(new StoreUnavailableError(new Error('timeout exceeded when waiting for a turn at the database')));
      }, PATIENCE_MS);
      queue.add(begin);
    });
  }

  #next(): void {
    const other = this.#last === this.#statements ? this.#transactions : this.#statements;
    const usual = other.size > 0 ? other : this.#last;
    const queue = this.#again.size > 0 ? this.#again : usual;
    const [begin] = queue;
    if (begin === undefined) {
      this.#free += 1;
      return;
    }
    if (queue !== this.#again) this.#last = queue;
    queue.delete(begin);
    begin();
  }
}
