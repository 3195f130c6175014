import { httpServer } from './listening.ts';

/** One answer of the scripted server. */
export interface Reply {
  readonly status: number;
  /** Sent as JSON, a string as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A reply; bytes to be sent in place of any HTTP answer, after which the connection ends; or the way to give none. */
export type Script = Reply | { readonly bytes: string } | 'reset' | 'hang';

/** What the server saw of one request. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A server that gives the replies one after another. */
export interface ScriptedServer extends AsyncDisposable {
  /** Without a last slash. */
  readonly origin: string;
  readonly requests: readonly SeenRequest[];
  /** What is still to be replied; more may be added at any time. */
  readonly replies: Script[];
}

/** Opens one; what is asked after the last reply gets a 599. */
export async function scriptedServer(...replies: Script[]): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const server = await httpServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      const reply = replies.shift() ?? { status: 599 };
      if (reply === 'hang') return;
      if (reply === 'reset') {
        request.socket.resetAndDestroy();
      } else if ('bytes' in reply) {
        request.socket.end(reply.bytes);
      } else {
        const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? '');
        response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(text);
      }
    });
  });
  return {
    origin: `http://127.0.0.1:${server.port}`,
    requests,
    replies,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
