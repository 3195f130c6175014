import {
  Client,
  Pool,
  TypeOverrides,
  types,
  type ClientBase,
  type ClientConfig,
  type PoolClient,
  type PoolOptions,
} from 'pg';
import { guardQueries, type Guard } from '../guarded-query.ts';
import { meaningOf } from './errors.ts';
import { hangUp, type PostgresServers, type Route } from './servers.ts';
import { STATEMENT_TIMEOUT_MS } from './session-settings.ts';
import { settlesWithin } from './settles-within.ts';
import type { Trouble } from '../trouble.ts';

/** How long to wait for a connection, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
/**
 * In milliseconds. A connection that is silent for longer than any statement may take is dead, whatever its socket
 * says.
 */
export const SILENCE_MS = STATEMENT_TIMEOUT_MS + 2_000;
/** How long closing waits for connections in use to be returned, in milliseconds. */
const END_TIMEOUT_MS = 2_000;

/** No host could be connected to, or none takes writes. */
class NoHostError extends Error {
  override readonly name = 'NoHostError';
  /** libpq's own code: unable to establish a connection. */
  readonly code = '08001';
}

/** The driver's pool over the hosts of one database: it connects to the one that takes writes, and to no other. */
export class PostgresPool {
  readonly #pool: Pool;
  readonly #servers: PostgresServers;
  readonly #routes = new WeakMap<object, Route>();
  readonly #spent = new WeakSet<PoolClient>();
  readonly #guard: Guard;

  /**
   * @param connections the most connections to open
   * @param trouble called when an idle connection is lost
   */
  constructor(servers: PostgresServers, connections: number, trouble: Trouble) {
    this.#servers = servers;
    this.#guard = { servers, keepsPlans: true };
    const routes = this.#routes;
    class RoutedClient extends Client {
      constructor(config: ClientConfig) {
        const route = servers.route();
        super({ ...config, ...servers.clientConfig(route, SILENCE_MS), pipeline: true });
        routes.set(this, route);
        const connect = this.connect.bind(this) as (done: (error?: unknown) => void) => void;
        const noting = (done: (error?: unknown) => void) => {
          connect((error) => {
            if (error != null) servers.noteFailure(route, error);
            done(error);
          });
        };
        this.connect = noting as typeof this.connect;
      }
    }
    this.#pool = new Pool({
      Client: RoutedClient as unknown as new () => Client,
      max: connections,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      types: withNumbers(),
      onConnect: this.#admit,
    });
    this.#pool.on('error', (error) => {
      trouble('an idle database connection was lost', error);
    });
    this.#pool.on('connect', (client) => {
      // While a connection is lent out, nothing else listens for its errors, and an unhandled one ends the process. The
      // borrower learns of the loss from the statement that fails.
      client.on('error', () => undefined);
      guardQueries(client, this.#routeOf(client), this.#guard, () => this.#spent.add(client));
    });
  }

  get options(): PoolOptions {
    return this.#pool.options;
  }

  /** The number of open connections that are not lent out. */
  get idleCount(): number {
    return this.#pool.idleCount;
  }

  /** A connection; the caller releases it. Throws the server's or the network's own error. */
  connect(): Promise<PoolClient> {
    return this.#pool.connect().then(this.#current, this.#elsewhere);
  }

  /** True of a connection that must not be used again. */
  isSpent(client: PoolClient): boolean {
    return this.#spent.has(client) || this.#servers.isStale(this.#routeOf(client));
  }

  /** Resolves when every connection has been returned; closes those that take long. */
  async end(): Promise<void> {
    const ended = this.#pool.end();
    await settlesWithin(ended, END_TIMEOUT_MS);
    this.#servers.destroyAll();
    await ended;
  }

  readonly #current = (client: PoolClient): PoolClient | Promise<PoolClient> => {
    if (!this.isSpent(client)) return client;
    client.release(true);
    return this.connect();
  };

  readonly #elsewhere = async (first: unknown): Promise<PoolClient> => {
    const errors = [first];
    while (errors.length < this.#servers.count && isOfHost(errors.at(-1))) {
      try {
        return await this.#current(await this.#pool.connect());
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1 || !isOfHost(errors.at(-1))) throw errors.at(-1);
    const said = errors.map((error) => (error instanceof Error ? error.message : String(error)));
    throw new NoHostError(`None of the hosts takes writes. ${[...new Set(said)].join(' ')}`, {
      cause: new AggregateError(errors),
    });
  };

  /** The driver awaits the result, although its types don't say so. */
  readonly #admit: (client: ClientBase) => void = async (client): Promise<void> => {
    try {
      await this.#servers.admit(client, this.#routeOf(client));
    } catch (error) {
      // The pool closes the connection cleanly first, which may take as long as the silence.
      hangUp(client);
      throw error;
    }
  };

  #routeOf(client: object): Route {
    return this.#routes.get(client) ?? this.#servers.route();
  }
}

/** True where another host may work. */
function isOfHost(error: unknown): boolean {
  return ['unavailable', 'read_only'].includes(meaningOf(error) ?? '');
}

/** Parses 64-bit integers as numbers: ours are times and counts, which fit. */
export function withNumbers(): TypeOverrides {
  const overrides = new TypeOverrides();
  overrides.setTypeParser(types.builtins.INT8, Number);
  return overrides;
}
