import { tokenRequest, type ClientAuthentication } from '../../oauth/token-request.ts';
import { openTransport, type Transport, type UpstreamResult } from '../../oauth/transport.ts';
import { Secret } from '../../secret.ts';
import { OAuth2Authorization } from './authorization.ts';
import type { OAuth2Definition } from './definition.ts';
import { OAuth2Judgement } from './judgement.ts';
import type { ClientCheck, ExchangeResult, Provider } from '../provider.ts';

/** A server that speaks OAuth 2, and how to reach it. */
export interface OAuth2Options {
  readonly definition: OAuth2Definition;
  /** As people call it; the definition's name unless given. */
  readonly title?: string | undefined;
  /** Needed unless the client is a public one. */
  readonly clientSecret: Secret | undefined;
  /** The settings that hold both, for an operator whose client is refused. */
  readonly clientSettings?: string;
  /** Hard cap of one upstream call, in milliseconds. */
  readonly upstreamTimeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Any OAuth 2 server, by its definition.
 *
 * @param transport ended with the provider
 * @throws Error where the definition wants a client secret and there is none; TypeError where its URL is none
 */
export function oauth2(options: OAuth2Options, transport: Transport = openTransport()): Provider {
  const { definition, clientSecret, upstreamTimeoutMs: timeoutMs, now } = options;
  const { name, tokenUrl, refreshUrl = tokenUrl, revokeUrl, clientId, requestsPerMinute } = definition;
  const realm = `${name} ${new URL(tokenUrl).origin} ${clientId}`;
  const judgement = new OAuth2Judgement(definition);
  const client = {
    clientId,
    clientAuthentication: clientAuthentication(definition, clientSecret),
    bodyFormat: definition.body,
  };
  const send = (url: string, parameters: Readonly<Record<string, string>>) =>
    transport.send({ ...tokenRequest({ ...client, url }, parameters), timeoutMs });
  const ask = async (url: string, grant: Readonly<Record<string, string>>) => {
    const askedAt = now();
    const result = await send(url, grant);
    return judgement.ofTokens(result, { askedAt, now: now() });
  };
  const refresh = (refreshToken: Secret) =>
    ask(refreshUrl, { grant_type: 'refresh_token', refresh_token: refreshToken.reveal() });
  return {
    name,
    title: options.title ?? name,
    realm,
    onReuse: definition.onReuse,
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    refresh,
    ...(revokeUrl === undefined ? {} : { revoke: revoking(judgement, (parameters) => send(revokeUrl, parameters)) }),
    ...consenting(definition, transport, (grant) => ask(tokenUrl, grant)),
    checkClient: async () => clientCheck(options, await refresh(MADE_UP_TOKEN)),
    [Symbol.asyncDispose]: async () => {
      await transport[Symbol.asyncDispose]();
    },
  };
}

/** No server has issued it: one that refuses it, and not the client, has accepted the client. */
const MADE_UP_TOKEN = new Secret('evergrant-asks-whether-its-client-is-accepted');

function revoking(
  judgement: OAuth2Judgement,
  send: (parameters: Readonly<Record<string, string>>) => Promise<UpstreamResult>,
): NonNullable<Provider['revoke']> {
  // The refresh token where there is one, as an access token may have ended by itself.
  return async ({ refreshToken, accessToken }) =>
    judgement.ofRevocation(await send({ token: (refreshToken ?? accessToken).reveal() }));
}

function consenting(
  { authorization: definition, clientId }: OAuth2Definition,
  transport: Transport,
  ask: (grant: Readonly<Record<string, string>>) => Promise<ExchangeResult>,
): Pick<Provider, 'authorization' | 'probe'> {
  if (definition === undefined) return {};
  const authorization = new OAuth2Authorization({ definition, clientId, transport, ask });
  return {
    authorization,
    probe: async (accessToken) => {
      const { kind } = await authorization.identify(accessToken);
      return kind === 'known' ? 'accepted' : kind;
    },
  };
}

function clientCheck(
  { definition, clientSettings = 'its id and secret' }: OAuth2Options,
  answer: ExchangeResult,
): ClientCheck {
  const { host } = new URL(definition.tokenUrl);
  if (answer.kind === 'client_refused') {
    return { verdict: 'refused', detail: `${host} refuses the client. Check ${clientSettings}.` };
  }
  if (answer.kind === 'rejected' || answer.kind === 'obtained') {
    return { verdict: 'accepted', detail: `${host} accepts ${definition.clientId}.` };
  }
  const why = 'detail' in answer ? answer.detail : answer.kind;
  return { verdict: 'unreachable', detail: `${host} does not answer properly: ${why}.` };
}

function clientAuthentication(
  { name, clientAuth: method }: OAuth2Definition,
  clientSecret: Secret | undefined,
): ClientAuthentication {
  if (method === 'none') return { method };
  if (clientSecret === undefined) {
    throw new Error(`The provider ${name} needs a client secret. Configure one, or define its client as public.`);
  }
  return { method, clientSecret };
}
