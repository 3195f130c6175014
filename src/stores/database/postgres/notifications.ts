import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { hangUp, type PostgresServers, type Route } from './servers.ts';
import { settlesWithin } from './settles-within.ts';
import type { Trouble } from '../trouble.ts';

/** Hints from one instance to the others that a grant has changed. A missed hint does no harm. */
export interface Notifications {
  /** Announces soon, batched with others, that the grant has changed. */
  tell(grantId: string): void;
  /** Resolves after `ms` milliseconds, or sooner at a hint. */
  awaitChange(grantId: string, ms: number): Promise<void>;
  /** Resolves within a few seconds, whatever the connection does. */
  close(): Promise<void>;
}

const CHANNEL = 'evergrant_grants';
const NOTIFY = 'select pg_notify($1, id) from unnest($2::text[]) as n (id)';
const RECONNECT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** How long a connection may take to close cleanly, in milliseconds. */
const END_TIMEOUT_MS = 2_000;

/**
 * Listens on its own connection, which is reopened whenever it is lost. Doesn't listen where a pooler shares sessions,
 * because no notification arrives there.
 */
export function openNotifications(servers: PostgresServers, trouble: Trouble): Notifications {
  const changes = new EventEmitter().setMaxListeners(0);
  const closing = new AbortController();
  const listener = new Listener(servers, changes, trouble);
  const listening = listener.keepListening(closing.signal);
  return {
    tell(grantId) {
      listener.tell(grantId);
    },
    async awaitChange(grantId, ms) {
      const signal = AbortSignal.any([AbortSignal.timeout(Math.ceil(ms)), closing.signal]);
      await once(changes, grantId, { signal }).catch(() => undefined);
    },
    async close() {
      closing.abort();
      listener.hangUp();
      await listening;
    },
  };
}

class Listener {
  readonly #servers: PostgresServers;
  readonly #changes: EventEmitter;
  readonly #trouble: Trouble;
  readonly #news = new Set<string>();
  #hangUp: () => void = () => undefined;
  /** Undefined while there is no connection to send on. */
  #client: Client | undefined;
  #isTelling = false;

  constructor(servers: PostgresServers, changes: EventEmitter, trouble: Trouble) {
    this.#servers = servers;
    this.#changes = changes;
    this.#trouble = trouble;
  }

  /** Ends the present connection; `keepListening` opens another one unless it is aborted. */
  hangUp(): void {
    this.#hangUp();
  }

  /**
   * Collects grants while a notification is being sent. Postgres lets only one commit at a time notify, across the
   * whole cluster, so notifications are kept few.
   */
  tell(grantId: string): void {
    if (this.#client === undefined) return;
    this.#news.add(grantId);
    if (!this.#isTelling) void this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    while (this.#client !== undefined && this.#news.size > 0) {
      const grantIds = [...this.#news];
      this.#news.clear();
      // A waiting instance polls every now and then anyway.
      await this.#client.query(NOTIFY, [CHANNEL, grantIds]).catch(() => undefined);
    }
    this.#isTelling = false;
  }

  async keepListening(closing: AbortSignal): Promise<void> {
    while (!closing.aborted && !this.#servers.isShared) {
      await this.#listen(closing);
      await delay(RECONNECT_MS, undefined, { signal: closing }).catch(() => undefined);
    }
  }

  /** Resolves when the connection is lost or closed. */
  async #listen(closing: AbortSignal): Promise<void> {
    const route = this.#servers.route();
    const config = this.#servers.clientConfig(route);
    const client = new Client({ ...config, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    const lost = new Promise<void>((resolve) => {
      this.#hangUp = resolve;
      client.on('error', (error) => {
        if (!closing.aborted) this.#trouble('the connection for notices was lost', error);
        resolve();
      });
      client.on('end', resolve);
    });
    client.on('notification', ({ payload }) => this.#changes.emit(payload ?? ''));
    this.#connect(client, route).catch((error: unknown) => {
      if (!closing.aborted) this.#trouble('the connection for notices cannot be made', error);
      this.#hangUp();
    });
    await lost;
    this.#client = undefined;
    if (!(await settlesWithin(client.end(), END_TIMEOUT_MS))) hangUp(client);
  }

  async #connect(client: Client, route: Route): Promise<void> {
    try {
      await client.connect();
    } catch (error) {
      this.#servers.noteFailure(route, error);
      throw error;
    }
    await this.#servers.admit(client, route);
    if (this.#servers.isShared) this.#hangUp();
    else {
      await client.query(`listen ${CHANNEL}`);
      this.#client = client;
    }
  }
}
