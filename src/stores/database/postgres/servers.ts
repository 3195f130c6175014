import { Socket } from 'node:net';
import type { ClientBase, ClientConfig } from 'pg';
import { parsePostgresUrl } from '../../../postgres-url.ts';
import type { Secret } from '../../../secret.ts';
import { checkPostgres } from './check.ts';
import { meaningOf } from './errors.ts';

/** The URL of one host, and the generation of the decision to use it. */
export interface Route {
  readonly url: string;
  readonly generation: number;
}

/**
 * The hosts of one database, of which one takes writes, and what is known about connecting to it. The host that was
 * found is kept until it fails: nothing switches back to a former primary just because it is up again.
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
   * @param remark called once for each thing that is odd but no reason to stop
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

  /** True where two connections were seen to share one server session: a pooler in transaction mode. */
  get isShared(): boolean {
    return this.#isShared;
  }

  /** Where to connect now. */
  route(): Route {
    return { url: this.#urls[this.#at] ?? '', generation: this.#generation };
  }

  /** How to connect there; sockets that are silent for longer than `silenceMs` milliseconds are destroyed. */
  clientConfig({ url }: Route, silenceMs = 0): ClientConfig {
    return { connectionString: url, keepAlive: true, stream: () => this.#openSocket(silenceMs) };
  }

  /** True where connections of this route must not be used any more. */
  isStale({ generation }: Route): boolean {
    return generation !== this.#generation;
  }

  /** Makes all present connections stale: each of them may have plans from before a migration. */
  renew(): void {
    this.#generation += 1;
    for (const leave of [...this.#leaving]) leave();
  }

  /**
   * Calls `leave` when all present connections become stale, for a connection that is not checked before each use.
   *
   * @returns a function that cancels that
   */
  whenStale(leave: () => void): () => void {
    this.#leaving.add(leave);
    return () => this.#leaving.delete(leave);
  }

  /** Moves on to the next host, unless that has happened since this route was given. */
  leave(route: Route): void {
    if (this.isStale(route)) return;
    this.#at = (this.#at + 1) % this.count;
    this.renew();
  }

  /** Records that no connection of this route could be made; other hosts may still work. */
  noteFailure(route: Route, error: unknown): void {
    const meaning = meaningOf(error);
    if (meaning === 'read_only' || (meaning === 'unavailable' && this.count > 1)) this.leave(route);
  }

  /** Configures and checks a new connection. Throws the errors of `checkPostgres`. */
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

  /** Reports a remark, unless it was reported before. */
  remark(what: string): void {
    if (this.#said.has(what)) return;
    this.#said.add(what);
    this.#remark(what);
  }

  /** All remarks so far. */
  remarks(): readonly string[] {
    return [...this.#said];
  }

  /** Destroys every connection, including those that have gone silent. */
  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #openSocket(silenceMs: number): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // A network partition that drops packets gives no error: without this timeout, a waiting statement waits for as
    // long as the partition lasts.
    return socket.setTimeout(silenceMs, () => {
      socket.destroy(new Error('The database was silent for too long.'));
    });
  }
}

/** Destroys the connection without a clean close, which the server might never receive. */
export function hangUp(client: ClientBase): void {
  const { stream } = Reflect.get(client, 'connection') as { stream: Socket };
  stream.destroy();
}
