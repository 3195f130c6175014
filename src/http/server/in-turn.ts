import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A connection is not read while it has this many unanswered requests. */
const MOST_UNANSWERED = 32;
/** How many bytes the parser gets at a time, so that one read cannot yield thousands of requests beyond that limit. */
const BYTES_AT_A_TIME = 1_024;
/** With more unparsed bytes than this, the socket is paused. */
const MOST_BYTES_WAITING = 65_536;

/**
 * Answers the requests of each connection in order, one at a time (RFC 9112 section 9.3.2), yielding to the event loop
 * between them. A client that pipelines thousands of requests gets no more of the process than one that sends a single
 * request. The excess stays unread, and no request is started on a closed connection.
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
  /** The first one is being answered. */
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
      // The server resumes the socket after every response.
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
    // When the peer ends its side, Node's server ends its own too.
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
    // The server pauses the socket while responses pile up, and must not be given more until then.
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
