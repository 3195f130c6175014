import { tokenRequest, type ClientAuthentication } from '../../oauth/token-request.ts';
import { openTransport, type Transport, type UpstreamResult } from '../../oauth/transport.ts';
import { Secret } from '../../secret.ts';
import { OAuth2Authorization } from './authorization.ts';
import type { OAuth2Definition } from './definition.ts';
import { OAuth2Judgement } from './judgement.ts';
import type { ClientCheck, ExchangeResult, Provider } from '../provider.ts';

/** Configures {@link oauth2}: a server, our client there, and how to call it. */
export interface OAuth2Options {
  readonly definition: OAuth2Definition;
  /** The title shown to people; default: the definition's name. */
  readonly title?: string | undefined;
  /** Required unless the client is public. */
  readonly clientSecret: Secret | undefined;
  /** The settings that hold the client's id and secret, for an operator whose client is refused. */
  readonly clientSettings?: string;
  /** Hard cap of one upstream call, in milliseconds. */
  readonly upstreamTimeoutMs: number;
  /** Returns the time in epoch milliseconds. */
  readonly now: () => number;
}

/**
 * A provider for any OAuth 2 server (RFC 6749), built from its definition.
 *
 * @param transport disposed of with the provider
 * @throws Error if the definition requires a client secret and there is none
 * @throws TypeError if `tokenUrl` is not a URL
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

/**
 * A refresh token that no server has issued: a server that refuses the token and not the client has accepted the
 * client.
 */
const MADE_UP_TOKEN = new Secret('evergrant-asks-whether-its-client-is-accepted');

function revoking(
  judgement: OAuth2Judgement,
  send: (parameters: Readonly<Record<string, string>>) => Promise<UpstreamResult>,
): NonNullable<Provider['revoke']> {
  // The refresh token if there is one, as the access token may already have expired.
  return async ({ refreshToken, accessToken }) =>
    judgement.ofRevocation(await send({ token: (refreshToken ?? accessToken).reveal() }));
}

function consenting(
  { authorization: definition, clientId }: OAuth2Definition,
  transport: Transport,
  ask: (grant: Readonly<Record<string, string>>) => Promise<ExchangeResult>,
): Pick<Provider, 'authorization' | 'identify' | 'probe'> {
  if (definition === undefined) return {};
  const authorization = new OAuth2Authorization({ definition, clientId, transport, ask });
  return {
    authorization,
    ...(authorization.identifiesAccounts ? { identify: (accessToken) => authorization.identify(accessToken) } : {}),
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
