import type { Pool, PoolClient, PoolOptions } from 'pg';

/** How long to wait for a turn, in milliseconds: as long as a caller would. */
const PATIENCE_MS = 15_000;

/**
 * A pool whose callers wait for their turn before they ask it for a connection. The pool's own limit then is for making
 * connections alone: a crowd is no reason to call the database unreachable.
 */
export class PatientPool {
  readonly #pool: Pool;
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(pool: Pool, size: number) {
    this.#pool = pool;
    this.#free = size;
  }

  get options(): PoolOptions {
    return this.#pool.options;
  }

  /** A connection, to be released. */
  async connect(): Promise<PoolClient> {
    await this.#turn();
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

  end(): Promise<void> {
    return this.#pool.end();
  }

  #turn(): Promise<void> {
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
        this.#waiting.delete(begin);
        reject(new Error('timeout exceeded when waiting for a turn at the database'));
      }, PATIENCE_MS);
      this.#waiting.add(begin);
    });
  }

  #next(): void {
    const [begin] = this.#waiting;
    if (begin === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(begin);
    begin();
  }
}
