import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Of one connection, no more is read while so many requests are unanswered. */
const MOST_UNANSWERED = 32;
/** The parser gets so many bytes at a time, so that one read cannot bring thousands of requests past that limit. */
const BYTES_AT_A_TIME = 1_024;
/** Beyond so many bytes that wait for the parser, the other side is left to wait. */
const MOST_BYTES_WAITING = 65_536;

/**
 * Answers the requests of one connection one after another, as they are read (RFC 9112 section 9.3.2), with a turn of the
 * event loop between them: whoever sends thousands at once takes no more of the process than whoever sends one. What is
 * too much waits unread, and none is begun for a connection that is closed.
 */
export function answerInTurn(server: Server, listener: RequestListener): void {
  const connections = new WeakMap<Socket, Connection>();
  server.on('connection', (socket) => {
    connections.set(socket, new Connection(socket, listener));
  });
  server.on('request', (request, response) => {
    connections.get(request.socket)?.add(request, response);
  });
}

interface Unanswered {
  readonly request: IncomingMessage;
  readonly response: ServerResponse & { req: IncomingMessage };
}

class Connection {
  readonly #socket: Socket;
  readonly #listener: RequestListener;
  readonly #parse: (bytes: Buffer) => void;
  /** The first of them is being answered. */
  #unanswered: Unanswered[] = [];
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  #isHeldBack = false;
  readonly #answered = () => {
    this.#unanswered.shift();
    if (this.#unanswered.length > 0 || this.#unreadBytes > 0) setImmediate(this.#goOn);
  };
  readonly #goOn = () => {
    const [next] = this.#unanswered;
    if (next !== undefined) this.#begin(next);
    this.#read();
  };

  constructor(socket: Socket, listener: RequestListener) {
    this.#socket = socket;
    this.#listener = listener;
    const [parse] = socket.listeners('data') as ((bytes: Buffer) => void)[];
    if (parse === undefined) throw new Error('The HTTP server of this version of Node.js does not read its sockets.');
    this.#parse = parse;
    socket.on('data', (bytes: Buffer) => {
      this.#receive(bytes);
    });
    socket.off('data', parse);
    socket.on('drain', () => {
      this.#read();
    });
    socket.on('resume', () => {
      // The server resumes the socket after every answer.
      if (this.#isHeldBack) socket.pause();
      else this.#read();
    });
    socket.on('close', () => {
      this.#unanswered = [];
      this.#unread = [];
      this.#unreadBytes = 0;
    });
  }

  add(request: IncomingMessage, response: Unanswered['response']): void {
    const added = { request, response };
    if (this.#unanswered.push(added) === 1) this.#begin(added);
  }

  #begin({ request, response }: Unanswered): void {
    // Node's server ends its side as well where the other one has ended.
    if (!this.#socket.writable) return;
    response.once('close', this.#answered);
    this.#listener(request, response);
  }

  #receive(bytes: Buffer): void {
    this.#unread.push(bytes);
    this.#unreadBytes += bytes.length;
    this.#read();
    if (this.#unreadBytes > MOST_BYTES_WAITING) {
      this.#isHeldBack = true;
      this.#socket.pause();
    }
  }

  #read(): void {
    while (this.#unreadBytes > 0 && this.#mayRead()) this.#parse(this.#take());
    if (this.#isHeldBack && this.#unreadBytes === 0 && this.#mayRead()) {
      this.#isHeldBack = false;
      this.#socket.resume();
    }
  }

  #mayRead(): boolean {
    const { destroyed, writableNeedDrain } = this.#socket;
    // The server pauses the socket where answers pile up, and must not be given more then.
    const isPaused = this.#socket.isPaused() && !this.#isHeldBack;
    return this.#unanswered.length < MOST_UNANSWERED && !destroyed && !writableNeedDrain && !isPaused;
  }

  #take(): Buffer {
    const [first = Buffer.alloc(0)] = this.#unread;
    const taken = first.subarray(0, BYTES_AT_A_TIME);
    if (taken.length === first.length) this.#unread.shift();
    else this.#unread[0] = first.subarray(BYTES_AT_A_TIME);
    this.#unreadBytes -= taken.length;
    return taken;
  }
}
