import type { IncomingMessage, ServerResponse } from 'node:http';
import { CONTROL_PREFIX, controlApi } from './control-api.ts';
import type { FaultKind } from './fault-schema.ts';
import type { JournalEntry } from './journal.ts';
import { fieldNames, readBody } from './request-body.ts';
import type { SandboxState } from './sandbox-state.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** The request and response of one HTTP call. */
interface Line {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
}

/** Receives every request: records it in the journal, applies faults, lets the fake handle it, saves, answers. */
export class Front {
  readonly #sandbox: SandboxState;
  readonly #waitingRoom: WaitingRoom;
  readonly #control: ReturnType<typeof controlApi>;

  constructor(sandbox: SandboxState, waitingRoom: WaitingRoom) {
    this.#sandbox = sandbox;
    this.#waitingRoom = waitingRoom;
    this.#control = controlApi(sandbox, () => {
      waitingRoom.cut();
    });
  }

  async receive(line: Line): Promise<void> {
    const { incoming } = line;
    const body = await readBody(incoming);
    const url = new URL(incoming.url ?? '/', 'http://sandbox.invalid');
    url.host = incoming.headers.host ?? url.host;
    if (body === undefined) {
      await send(line, new Response('The body is larger than 1 MiB.', { status: 413 }));
      return;
    }
    const request = toRequest(incoming, url, body);
    if (url.pathname === CONTROL_PREFIX || url.pathname.startsWith(`${CONTROL_PREFIX}/`)) {
      const response = await this.#control.fetch(request);
      await this.#sandbox.saved();
      await send(line, response);
      return;
    }
    const entry = this.#sandbox.journal.arrive({
      at: new Date(this.#sandbox.fake.clock.now()).toISOString(),
      method: request.method,
      path: url.pathname,
      status: null,
      body_fields: fieldNames(incoming.headers['content-type'] ?? '', body),
    });
    await this.#serve(line, request, url, entry);
  }

  async #serve(line: Line, request: Request, url: URL, entry: JournalEntry): Promise<void> {
    const { fake, faults } = this.#sandbox;
    const fault = faults.take(request.method, url.pathname, url.search);
    if (fault !== undefined) this.#sandbox.touch();
    if (!(await this.#waitingRoom.delay(fake.settings.values.latency_before_ms ?? 0))) return;
    const worked = needsWork(fault) ? await this.#work(request, line) : undefined;
    await this.#sandbox.saved();

    if (!(await this.#waitingRoom.delay(fake.settings.values.latency_ms + (fault?.delay_ms ?? 0)))) return;
    const { socket } = line.incoming;
    if (fault?.reset === true) socket.resetAndDestroy();
    else if (fault?.hang === true) this.#waitingRoom.hang(socket);
    else if (fault?.status !== undefined) await this.#answer(line, canned(fault, fault.status), entry);
    else if (fault?.drop_reply === true || worked === undefined) socket.destroy();
    else await this.#answer(line, worked, entry);
  }

  async #work(request: Request, { incoming }: Line): Promise<Response> {
    return this.#sandbox.fake.answer(request, {
      address: incoming.socket.remoteAddress ?? '',
      delay: (ms) => this.#waitingRoom.delay(ms),
    });
  }

  async #answer(line: Line, response: Response, entry: JournalEntry): Promise<void> {
    // Recorded before it is sent, so that a client with the response finds it in the journal.
    if (!line.incoming.socket.destroyed) this.#sandbox.journal.answered(entry, response.status);
    await send(line, response);
  }
}

/** Whether the fake handles the request. With `drop_reply` it does, even if another response is sent. */
function needsWork(fault: FaultKind | undefined): boolean {
  if (fault === undefined || fault.drop_reply === true) return true;
  return fault.status === undefined && fault.hang !== true && fault.reset !== true;
}

function canned({ headers, body }: FaultKind, status: number): Response {
  const noBody = status === 204 || status === 205 || status === 304;
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const response = new Response(noBody ? null : text, { status });
  response.headers.delete('content-type');
  if (typeof body === 'object') response.headers.set('Content-Type', 'application/json; charset=utf-8');
  for (const [name, value] of Object.entries(headers ?? {})) response.headers.set(name, value);
  return response;
}

function toRequest(incoming: IncomingMessage, url: URL, body: Buffer): Request {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const method = incoming.method ?? 'GET';
  const mayHaveBody = method !== 'GET' && method !== 'HEAD';
  return new Request(url, { method, headers, ...(mayHaveBody ? { body: new Uint8Array(body) } : {}) });
}

async function send({ outgoing }: Line, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  if (outgoing.destroyed) return;
  const lengthIsDue = response.status !== 204 && response.status !== 304 && !response.headers.has('content-length');
  const length = lengthIsDue ? ['content-length', String(body.length)] : [];
  outgoing.writeHead(response.status, [...[...response.headers].flat(), ...length]);
  outgoing.end(body);
}
