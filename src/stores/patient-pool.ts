import type { Pool, PoolClient, PoolOptions } from 'pg';

/** How long to wait for a turn, in milliseconds: as long as a caller would. */
const PATIENCE_MS = 15_000;

type Begin = () => void;

/**
 * A pool whose callers wait for their turn before they ask it for a connection. The pool's own limit then is for making
 * connections alone: a crowd is no reason to call the database unreachable. There are two queues that take turns, so that
 * a crowd of transactions doesn't hold up those who want one quick statement, nor the other way round.
 */
export class PatientPool {
  readonly #pool: Pool;
  #free: number;
  readonly #transactions = new Set<Begin>();
  readonly #statements = new Set<Begin>();
  #last = this.#statements;

  constructor(pool: Pool, size: number) {
    this.#pool = pool;
    this.#free = size;
  }

  get options(): PoolOptions {
    return this.#pool.options;
  }

  /** A connection for a transaction, to be released. */
  connect(): Promise<PoolClient> {
    return this.#connect(this.#transactions);
  }

  /** A connection for one quick statement, to be released. */
  connectBriefly(): Promise<PoolClient> {
    return this.#connect(this.#statements);
  }

  end(): Promise<void> {
    return this.#pool.end();
  }

  async #connect(queue: Set<Begin>): Promise<PoolClient> {
    await this.#turn(queue);
    try {
      const client = await this.#pool.connect();
      const release = client.release.bind(client);
      client.release = (error) => {
        release(error);
        this.#next();
      };
      return client;
    } catch (error) {
      this.#next();
      throw error;
    }
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
        reject(new Error('timeout exceeded when waiting for a turn at the database'));
      }, PATIENCE_MS);
      queue.add(begin);
    });
  }

  #next(): void {
    const other = this.#last === this.#statements ? this.#transactions : this.#statements;
    const queue = other.size > 0 ? other : this.#last;
    const [begin] = queue;
    if (begin === undefined) {
      this.#free += 1;
      return;
    }
    this.#last = queue;
    queue.delete(begin);
    begin();
  }
}
