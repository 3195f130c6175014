import type { LeasedExchange, SqlDatabase } from '../database/sql-database.ts';

interface Renewal {
  readonly exchanges: LeasedExchange[];
  readonly done: Promise<void>;
}

/**
 * Renews the leases of one process: renewals that are requested while one is under way share the next. However many
 * calls a slow provider keeps open, this uses one connection at a time.
 */
export class Leases {
  readonly #database: SqlDatabase;
  readonly #ms: number;
  #next: Renewal | undefined;
  #last: Promise<void> = Promise.resolve();

  /** @param ms how long a lease lasts after a renewal, in milliseconds */
  constructor(database: SqlDatabase, ms: number) {
    this.#database = database;
    this.#ms = ms;
  }

  /** @throws StoreUnavailableError where the database can't be written to */
  renew(exchange: LeasedExchange): Promise<void> {
    const renewal = (this.#next ??= this.#begin());
    renewal.exchanges.push(exchange);
    return renewal.done;
  }

  #begin(): Renewal {
    const exchanges: LeasedExchange[] = [];
    const done = this.#last.then(() => {
      this.#next = undefined;
      return this.#database.lease(exchanges, this.#ms);
    });
    this.#last = done.catch(() => undefined);
    return { exchanges, done };
  }
}
