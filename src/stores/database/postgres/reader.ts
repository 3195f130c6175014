import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { isStoreUnavailable } from '../../../grants/errors.ts';
import { guardQueries, type Guard } from '../guarded-query.ts';
import { SILENCE_MS, withNumbers } from './pool.ts';
import { hangUp, type PostgresServers, type Route } from './servers.ts';
import { settlesWithin } from './settles-within.ts';
import type { Trouble } from '../trouble.ts';

/** How many reads may be in flight at once: later ones wait, and share a read with others that want the same. */
const MOST_AT_ONCE = 64;
/** A read whose connection is lost within this many milliseconds is retried on the pool. */
const WORTH_ANOTHER_MS = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_MS = 2_000;
/** How long a connection may take to close cleanly, in milliseconds. */
const END_TIMEOUT_MS = 2_000;

interface Connection {
  readonly client: Client;
  readonly route: Route;
  /** Resolves the promise that awaits its end. */
  readonly leave: () => void;
}

/**
 * One connection for quick reads, sent without waiting for each other's answers; it is reopened whenever it is lost.
 * Reads go to the pool instead while there is no such connection, and behind poolers, which would tie one of the
 * server's connections to ours for as long as reads are in flight.
 */
export class PostgresReader {
  readonly #servers: PostgresServers;
  readonly #trouble: Trouble;
  readonly #guard: Guard;
  readonly #closing = new AbortController();
  readonly #waiting: (() => void)[] = [];
  readonly #ended: Promise<void>;
  #connection: Connection | undefined;
  #underWay = 0;

  /**
   * @param trouble called when the connection is lost while it is idle; otherwise a statement fails, and the pool
   *   answers it
   */
  constructor(servers: PostgresServers, trouble: Trouble) {
    this.#servers = servers;
    this.#trouble = trouble;
    this.#guard = { servers, keepsPlans: true };
    this.#ended = this.#keepConnected();
  }

  /**
   * Runs one read-only statement, in a transaction of its own.
   *
   * @param begin called when it is sent
   * @returns undefined where the pool should be asked instead
   * @throws the errors of guarded queries
   */
  async read(
    text: string,
    values: readonly unknown[],
    begin: () => void,
  ): Promise<{ readonly row: unknown } | undefined> {
    if (this.#connection !== undefined && this.#underWay >= MOST_AT_ONCE) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const connection = this.#connection;
    if (connection === undefined) return undefined;
    begin();
    const since = performance.now();
    this.#underWay += 1;
    try {
      const { rows } = await connection.client.query(text, [...values]);
      return { row: rows[0] as unknown };
    } catch (error) {
      if (isStoreUnavailable(error) && performance.now() - since < WORTH_ANOTHER_MS) return undefined;
      throw error;
    } finally {
      this.#underWay -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Resolves within a few seconds, whatever the connection does. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#connection?.leave();
    await this.#ended;
  }

  async #keepConnected(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted && !this.#servers.isPooled) {
      await this.#connect(signal);
      await delay(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Resolves when the connection is lost, left, or can't be made. */
  async #connect(closing: AbortSignal): Promise<void> {
    const route = this.#servers.route();
    const client = new Client({
      ...this.#servers.clientConfig(route),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: SILENCE_MS,
      types: withNumbers(),
      pipeline: true,
    });
    const { promise: left, resolve } = Promise.withResolvers<undefined>();
    let isAdmitted = false;
    const leave = () => {
      if (this.#connection?.client === client) this.#connection = undefined;
      for (const next of this.#waiting.splice(0)) next();
      resolve(undefined);
    };
    closing.addEventListener('abort', leave, { once: true });
    const stopWatching = this.#servers.whenStale(leave);
    client.on('error', (error) => {
      if (isAdmitted && !closing.aborted && !this.#servers.isStale(route)) {
        this.#trouble('the idle connection for reads was lost', error);
      }
      leave();
    });
    client.on('end', leave);
    void this.#admit({ client, route, leave }).then((isGood) => {
      isAdmitted = isGood;
    });
    await left;
    closing.removeEventListener('abort', leave);
    stopWatching();
    if (!(await settlesWithin(client.end(), END_TIMEOUT_MS))) hangUp(client);
  }

  async #admit({ client, route, leave }: Connection): Promise<boolean> {
    try {
      await client.connect();
      await this.#servers.admit(client, route);
    } catch (error) {
      // The reads that go to the pool instead report the error.
      this.#servers.noteFailure(route, error);
      leave();
      return false;
    }
    guardQueries(client, route, this.#guard, leave);
    if (this.#closing.signal.aborted || this.#servers.isPooled || this.#servers.isStale(route)) leave();
    else this.#connection = { client, route, leave };
    return true;
  }
}
