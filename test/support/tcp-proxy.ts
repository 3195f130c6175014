import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * What to do with one message of a client.
 * - `cut_request`: the server never sees it, and both ends are told that the connection is gone
 * - `cut_reply`: the server acts on it, and then both ends are told
 * - `vanish`: the server acts on it, and nobody is told: no reply comes, and the server's end stays open for good
 */
export type Verdict = 'pass' | 'cut_request' | 'cut_reply' | 'vanish';

/** A network between a service and its database that can be made to fail. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /**
   * Judges each statement that a client sends, be it that several came in one piece; `since` is everything sent on its connection since its last `begin`, this
   * piece included. A number holds the piece up for as many milliseconds.
   */
  judge: (piece: string, since: string) => Verdict | number;
  /** Resets every connection, and each new one, until `heal`. */
  refuse(): void;
  /** Keeps every connection, and accepts new ones, but lets no byte pass in either direction until `heal`. */
  stall(): void;
  /** Lets everything pass again, what was held up included. */
  heal(): void;
}

/** Listens on a free port in front of a server of this machine. */
export async function startTcpProxy(serverPort: number): Promise<TcpProxy> {
  const lines = new Set<Line>();
  /** Their client is gone, their server was perhaps never told. */
  const vanished = new Set<Line>();
  let mode: 'open' | 'refused' | 'stalled' = 'open';
  const listener = createServer((client) => {
    if (mode === 'refused') {
      client.resetAndDestroy();
      return;
    }
    const line = new Line(client, serverPort, () => proxy);
    lines.add(line);
    if (mode === 'stalled') line.pause();
    client.on('close', () => {
      lines.delete(line);
      vanished.add(line);
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const proxy: TcpProxy = {
    port: (listener.address() as AddressInfo).port,
    judge: () => 'pass',
    refuse() {
      mode = 'refused';
      for (const line of lines) line.cut();
    },
    stall() {
      mode = 'stalled';
      for (const line of lines) line.pause();
    },
    heal() {
      mode = 'open';
      for (const line of lines) line.resume();
    },
    async [Symbol.asyncDispose]() {
      const closed = once(listener, 'close');
      listener.close();
      for (const line of lines) line.cut();
      for (const line of vanished) line.cut();
      await closed;
    },
  };
  return proxy;
}

/** One client's connection and the one that it is passed on by. */
class Line {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #proxy: () => TcpProxy;
  /** What this connection has prepared: it is named alone from then on. */
  readonly #prepared = new Map<string, string>();
  #since = '';
  #onReply: 'pass' | 'cut' | 'drop' = 'pass';
  /** What is held up holds up all that follows. */
  #held: Promise<void> | undefined;

  constructor(client: Socket, serverPort: number, proxy: () => TcpProxy) {
    this.#client = client;
    this.#server = connect(serverPort, '127.0.0.1');
    this.#proxy = proxy;
    for (const socket of [client, this.#server]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (this.#onReply !== 'drop') this.cut();
      });
    }
    client.on('data', (bytes: Buffer) => {
      for (const piece of statementsOf(bytes)) this.#pass(piece);
    });
    this.#server.on('data', (bytes: Buffer) => {
      if (this.#onReply === 'cut') this.cut();
      else if (this.#onReply === 'pass' && !client.destroyed) client.write(bytes);
    });
  }

  cut(): void {
    this.#client.resetAndDestroy();
    this.#server.destroy();
  }

  pause(): void {
    this.#client.pause();
    this.#server.pause();
  }

  resume(): void {
    this.#client.resume();
    this.#server.resume();
  }

  #pass(bytes: Buffer): void {
    if (this.#onReply !== 'pass' || this.#client.destroyed) return;
    const { judge } = this.#proxy();
    const piece = this.#spelledOut(bytes.toString('latin1'));
    this.#since = (/^Q[^]{4}begin /.test(piece) ? '' : this.#since) + piece;
    const verdict = judge(piece, this.#since);
    if (verdict === 'cut_request') {
      this.cut();
      return;
    }
    if (verdict === 'cut_reply') this.#onReply = 'cut';
    if (verdict === 'vanish') this.#onReply = 'drop';
    const send = () => {
      if (!this.#server.destroyed) this.#server.write(bytes);
    };
    if (typeof verdict !== 'number' && this.#held === undefined) send();
    else this.#held = (this.#held ?? Promise.resolve()).then(() => sleep(Number(verdict) || 0)).then(send);
  }

  /** The piece, with the text of every statement that it only names (the protocol's Parse and Bind). */
  #spelledOut(piece: string): string {
    for (const [, name = '', text = ''] of piece.matchAll(PARSE)) this.#prepared.set(name, text);
    const named = [...piece.matchAll(BIND)].map(([, name = '']) => this.#prepared.get(name) ?? '');
    return [piece, ...named].join('\0');
  }
}

/** Several may be sent in one go (the protocol's Query and Sync end one); what is cut at another place is one piece. */
function statementsOf(bytes: Buffer): Buffer[] {
  const statements: Buffer[] = [];
  let start = 0;
  for (let at = 0; at + 5 <= bytes.length;) {
    const type = String.fromCharCode(bytes[at] ?? 0);
    const end = at + 1 + bytes.readUInt32BE(at + 1);
    if (!/[A-Zp]/.test(type) || end > bytes.length) break;
    at = end;
    if (type !== 'Q' && type !== 'S') continue;
    statements.push(bytes.subarray(start, end));
    start = end;
  }
  return start < bytes.length ? [...statements, bytes.subarray(start)] : statements;
}

const PARSE = /P[^]{4}(evergrant-[a-z0-9]+)\0([^\0]+)\0/g;
const BIND = /B[^]{4}[^\0]*\0(evergrant-[a-z0-9]+)\0/g;
