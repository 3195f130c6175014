import { calComManaged } from '../../../src/providers/cal-com/managed.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { Secret } from '../../../src/secret.ts';
import { scriptedServer, type Reply, type Script, type SeenRequest } from './scripted-server.ts';

/** The client that the provider under test presents itself as; its id needs encoding in a path. */
export const CLIENT_ID = 'cl/ient 1';
export const CLIENT_SECRET = 'client-secret';
/** When every call is asked, in epoch milliseconds. */
export const NOW = Date.UTC(2026, 5, 1, 12);
/** The proofs of every subject: the first is written, both are recognised. */
export function proofsOf(subject: string): string[] {
  return [`new-proof-of-${subject}`, `old-proof-of-${subject}`];
}

/** A provider and the server that stands for Cal.com: it gives the replies one after another. */
export interface ScriptedCalCom extends AsyncDisposable {
  readonly provider: Provider & Required<Pick<Provider, 'recover' | 'provision' | 'probe' | 'fetchProfile'>>;
  readonly requests: readonly SeenRequest[];
}

/** Opens both; what is asked after the last reply gets a 599. */
export async function scriptedCalCom(...replies: Script[]): Promise<ScriptedCalCom> {
  const server = await scriptedServer(...replies);
  const provider = providerAt(`${server.origin}/v2`);
  return {
    provider,
    requests: server.requests,
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
