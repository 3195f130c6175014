import { calComManaged } from '../../src/providers/cal-com-managed.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { Secret } from '../../src/secret.ts';
import { httpServer } from '../oauth/listening.ts';

/** The client that the provider under test presents itself as; its id needs encoding in a path. */
export const CLIENT_ID = 'cl/ient 1';
export const CLIENT_SECRET = 'client-secret';
/** When every call is asked, in epoch milliseconds. */
export const NOW = Date.UTC(2026, 5, 1, 12);
/** The proofs of every subject: the first is written, both are recognised. */
export function proofsOf(subject: string): string[] {
  return [`new-proof-of-${subject}`, `old-proof-of-${subject}`];
}

/** One answer of the scripted server. */
export interface Reply {
  readonly status: number;
  /** Sent as JSON, a string as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A reply, or the way to fail to give one. */
export type Script = Reply | 'reset' | 'hang';

/** What the server saw of one request. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A provider and the server that stands for Cal.com: it gives the replies one after another. */
export interface ScriptedCalCom extends AsyncDisposable {
  readonly provider: Provider & Required<Pick<Provider, 'recover' | 'provision' | 'probe' | 'fetchProfile'>>;
  readonly requests: readonly SeenRequest[];
}

/** Opens both; what is asked after the last reply gets a 599. */
export async function scriptedCalCom(...replies: Script[]): Promise<ScriptedCalCom> {
  const left = [...replies];
  const requests: SeenRequest[] = [];
  const server = await httpServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      const reply = left.shift() ?? { status: 599 };
      if (reply === 'hang') return;
      if (reply === 'reset') {
        request.socket.resetAndDestroy();
        return;
      }
      const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? '');
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(text);
    });
  });
  const provider = providerAt(`http://127.0.0.1:${server.port}/v2`);
  return {
    provider,
    requests,
    async [Symbol.asyncDispose]() {
      await provider[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The provider under test, asking at `apiUrl`. */
export function providerAt(apiUrl: string): ScriptedCalCom['provider'] {
  return calComManaged({
    clientId: CLIENT_ID,
    clientSecret: new Secret(CLIENT_SECRET),
    apiUrl,
    upstreamTimeoutMs: 400,
    subjectProofs: proofsOf,
    now: () => NOW,
  }) as ScriptedCalCom['provider'];
}

/** A success in Cal.com's envelope. */
export function success(data: unknown, status = 200): Reply {
  return { status, body: { status: 'success', data } };
}

/** A refusal in Cal.com's envelope, worded as its exceptions are. */
export function refusal(status: number, code: string, message: string, details?: unknown): Reply {
  const error = { code, message, ...(details === undefined ? {} : { details }) };
  return { status, body: { status: 'error', timestamp: '2026-06-01T12:00:00.000Z', path: '/v2/x', error } };
}
