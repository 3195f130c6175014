import { oauth2 } from '../../../src/providers/oauth-2/oauth-2.ts';
import type { KeyObject } from 'node:crypto';
import type { ClientCertificate } from '../../../src/oauth/outgoing.ts';
import type { ClientKeyDefinition, OAuth2Definition } from '../../../src/providers/oauth-2/definition.ts';
import type { ExchangeResult, Provider } from '../../../src/providers/provider.ts';
import { Secret } from '../../../src/secret.ts';
import { scriptedServer, type Script, type SeenRequest } from './scripted-server.ts';

/** The client of the provider under test; both parts need encoding wherever they are sent. */
export const CLIENT_ID = 'client:1 é+/&=%';
export const CLIENT_SECRET = 'client-secret:2 é+/&=%';
export const REFRESH_TOKEN = 'refresh-1 +/&=%~';
/** When every call is asked, in epoch milliseconds. */
export const NOW = Date.UTC(2026, 5, 1, 12);
/** An answer with tokens as the standard has it. */
export const TOKENS = { access_token: 'access-2', token_type: 'bearer', expires_in: 3600, refresh_token: 'refresh-2' };

/** What a test sets otherwise than usual. */
export interface Different extends Partial<Omit<OAuth2Definition, 'clientKey'>> {
  readonly clientSecret?: Secret | undefined;
  readonly clientKey?: KeyObject;
  readonly clientKeyUse?: ClientKeyDefinition;
  readonly clientCertificate?: ClientCertificate | undefined;
  readonly now?: () => number;
  readonly upstreamTimeoutMs?: number;
}

/** The provider under test, asking at `origin`; a confidential client that keeps to the standard unless told otherwise. */
export function oauth2At(origin: string, different: Different = {}): Provider {
  const { now = () => NOW, upstreamTimeoutMs = 5_000, clientSecret, ...rest } = different;
  const { clientKey, clientKeyUse, clientCertificate, ...definition } = rest;
  return oauth2({
    definition: {
      name: 'example',
      tokenUrl: `${origin}/oauth/token`,
      clientId: CLIENT_ID,
      clientAuth: 'body',
      body: 'form',
      onReuse: 'reject',
      ...definition,
      ...(clientKeyUse && { clientKey: clientKeyUse }),
    },
    clientKey,
    clientCertificate,
    clientSecret: 'clientSecret' in different ? clientSecret : new Secret(CLIENT_SECRET),
    upstreamTimeoutMs,
    now,
  });
}

/** One refresh: what came of it, and the request that it made. */
export async function refreshed(
  reply: Script,
  different?: Different,
): Promise<{ answer: ExchangeResult; request: SeenRequest }> {
  await using server = await scriptedServer(reply);
  // Only silence is waited out; a busy machine must not make an answer late.
  await using provider = oauth2At(server.origin, {
    ...different,
    ...(reply === 'hang' ? { upstreamTimeoutMs: 300 } : {}),
  });
  const answer = await provider.refresh(new Secret(REFRESH_TOKEN));
  if (server.requests.length !== 1) throw new Error(`There were ${server.requests.length} requests.`);
  return { answer, request: server.requests[0]! };
}
