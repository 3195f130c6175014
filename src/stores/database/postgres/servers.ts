import { Socket } from 'node:net';
import type { ClientBase, ClientConfig } from 'pg';
import { parsePostgresUrl } from '../../../postgres-url.ts';
import type { Secret } from '../../../secret.ts';
import { checkPostgres } from './check.ts';
import { meaningOf } from './errors.ts';

/** One host's own URL, and the age of the view that it is the one to use. */
export interface Route {
  readonly url: string;
  readonly generation: number;
}

/**
 * The hosts of one database, of which one takes writes, and what is known of the way there. The one that was found is
 * kept until it fails: a former primary that comes back alone is not returned to.
 */
export class PostgresServers {
  /** How many hosts the URL names. */
  readonly count: number;
  readonly #urls: readonly string[];
  readonly #remark: (what: string) => void;
  readonly #said = new Set<string>();
  readonly #sockets = new Set<Socket>();
  readonly #backends = new Map<ClientBase, number>();
  readonly #leaving = new Set<() => void>();
  #at = 0;
  #generation = 0;
  #isPooled = false;
  #isShared = false;

  /**
   * @param url of one host or several
   * @param remark told once of each thing that is odd but no reason to stop
   */
  constructor(url: Secret, remark: (what: string) => void) {
    const text = url.reveal();
    this.#urls = parsePostgresUrl(text)?.urls ?? [text];
    this.count = this.#urls.length;
    this.#remark = remark;
  }

  /** True where a pooler answers for the server. */
  get isPooled(): boolean {
    return this.#isPooled;
  }

  /** True where two connections were seen to share one session of the server's: a pooler in transaction mode. */
  get isShared(): boolean {
    return this.#isShared;
  }

  /** Where to connect to now. */
  route(): Route {
    return { url: this.#urls[this.#at] ?? '', generation: this.#generation };
  }

  /** How to connect there; sockets that are silent for longer than `silenceMs` milliseconds are destroyed. */
  clientConfig({ url }: Route, silenceMs = 0): ClientConfig {
    return { connectionString: url, keepAlive: true, stream: () => this.#openSocket(silenceMs) };
  }

  /** True where connections of this route are not to be used any more. */
  isStale({ generation }: Route): boolean {
    return generation !== this.#generation;
  }

  /** Makes all present connections stale: plans of before a migration are in each of them. */
  renew(): void {
    this.#generation += 1;
    for (const leave of [...this.#leaving]) leave();
  }

  /**
   * Has `leave` called when all present connections are stale, for one that nobody looks at before it is used.
   *
   * @returns what ends that
   */
  whenStale(leave: () => void): () => void {
    this.#leaving.add(leave);
    return () => this.#leaving.delete(leave);
  }

  /** Goes on to the next host, unless that has been done since this route was given. */
  leave(route: Route): void {
    if (this.isStale(route)) return;
    this.#at = (this.#at + 1) % this.count;
    this.renew();
  }

  /** Notes that no connection of this route could be made; those at other hosts may be. */
  noteFailure(route: Route, error: unknown): void {
    const meaning = meaningOf(error);
    if (meaning === 'read_only' || (meaning === 'unavailable' && this.count > 1)) this.leave(route);
  }

  /** Settles and looks at a new connection. Throws as `checkPostgres` does. */
  async admit(client: ClientBase, route: Route): Promise<void> {
    try {
      const { backendPid, isPooled, warnings } = await checkPostgres(client);
      if (isPooled) this.#isPooled = true;
      if (isPooled && [...this.#backends.values()].includes(backendPid)) this.#isShared = true;
      this.#backends.set(client, backendPid);
      client.once('end', () => this.#backends.delete(client));
      for (const warning of warnings) this.remark(warning);
    } catch (error) {
      this.noteFailure(route, error);
      throw error;
    }
  }

  /** Says it, unless it was said before. */
  remark(what: string): void {
    if (this.#said.has(what)) return;
    this.#said.add(what);
    this.#remark(what);
  }

  /** Everything that was remarked so far. */
  remarks(): readonly string[] {
    return [...this.#said];
  }

  /** Cuts every connection, those too on which nothing comes any more. */
  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #openSocket(silenceMs: number): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // Of a partition that drops everything nobody is told: without this, whoever waits for an answer would wait for as
    // long as it lasts.
    return socket.setTimeout(silenceMs, () => {
      socket.destroy(new Error('The database was silent for too long.'));
    });
  }
}

/** Cuts the connection without a goodbye, which might never be heard. */
export function hangUp(client: ClientBase): void {
  const { stream } = Reflect.get(client, 'connection') as { stream: Socket };
  stream.destroy();
}
