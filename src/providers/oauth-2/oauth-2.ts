import { tokenRequest } from '../../oauth/token-request.ts';
import { openTransport, type ClientCertificate, type Transport, type UpstreamResult } from '../../oauth/transport.ts';
import { Secret } from '../../secret.ts';
import { OAuth2Authorization, type TokenAnswer } from './authorization.ts';
import { authenticatingClient, type ClientCredentials } from './client.ts';
import type { OAuth2Definition } from './definition.ts';
import { handingOn } from './handing-on.ts';
import { OAuth2Judgement } from './judgement.ts';
import type { ClientCheck, ExchangeResult, Provider } from '../provider.ts';

/** Configures {@link oauth2}: a server, our client there, and how to call it. */
export interface OAuth2Options extends ClientCredentials {
  readonly definition: OAuth2Definition;
  /** The title shown to people; default: the definition's name. */
  readonly title?: string | undefined;
  /** The certificate that the client shows when it connects. */
  readonly clientCertificate?: ClientCertificate | undefined;
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
 * @throws Error if the definition requires a client secret or a key and there is none
 * @throws TypeError if `tokenUrl` is not a URL
 */
export function oauth2(
  options: OAuth2Options,
  transport: Transport = openTransport(options.clientCertificate),
): Provider {
  const { definition, upstreamTimeoutMs: timeoutMs, now } = options;
  const { name, tokenUrl, refreshUrl = tokenUrl, revokeUrl, clientId, requestsPerMinute } = definition;
  const realm = `${name} ${new URL(tokenUrl).origin} ${clientId}`;
  const judgement = new OAuth2Judgement(definition);
  const authenticate = authenticatingClient(definition, options, now);
  const client = { clientId, bodyFormat: definition.body, ...(definition.headers && { headers: definition.headers }) };
  const send = async (url: string, parameters: Readonly<Record<string, string>>): Promise<UpstreamResult> => {
    try {
      const clientAuthentication = await authenticate(url);
      return await transport.send({ ...tokenRequest({ ...client, url, clientAuthentication }, parameters), timeoutMs });
    } catch (cause) {
      // The transport never rejects, so nothing was sent.
      return { kind: 'not_sent', cause };
    }
  };
  const ask = async (url: string, grant: Readonly<Record<string, string>>): Promise<TokenAnswer> => {
    const askedAt = now();
    const answer = await send(url, grant);
    const json = answer.kind === 'answered' ? answer.json : undefined;
    return { result: judgement.ofTokens(answer, { askedAt, now: now() }), json };
  };
  const refresh = async (refreshToken: Secret) => {
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken.reveal() };
    const { result, json } = await ask(refreshUrl, { ...refreshParameters(definition), ...grant });
    return handingOn(result, definition.handOn, { json });
  };
  return {
    name,
    title: options.title ?? name,
    realm,
    onReuse: definition.onReuse,
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    refresh,
    ...(revokeUrl === undefined
      ? {}
      : { revoke: revoking(judgement, (token) => send(revokeUrl, { ...definition.revokeParameters, ...token })) }),
    ...consenting(definition, transport, (grant) => ask(tokenUrl, { ...definition.tokenParameters, ...grant })),
    checkClient: async () => clientCheck(options, await refresh(MADE_UP_TOKEN)),
    [Symbol.asyncDispose]: async () => {
      await transport[Symbol.asyncDispose]();
    },
  };
}

function refreshParameters(definition: OAuth2Definition): Readonly<Record<string, string>> {
  const { refreshParameters: further, refreshScopes: scopes } = definition;
  const separator = definition.authorization?.scopeSeparator ?? ' ';
  return { ...(scopes === undefined ? {} : { scope: scopes.join(separator) }), ...further };
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
  { authorization: definition, clientId, headers, handOn }: OAuth2Definition,
  transport: Transport,
  ask: (grant: Readonly<Record<string, string>>) => Promise<TokenAnswer>,
): Pick<Provider, 'authorization' | 'probe'> {
  if (definition === undefined) return {};
  const authorization = new OAuth2Authorization({ definition, clientId, transport, headers, handOn, ask });
  return {
    authorization,
    // Without a URL nothing tells whether a token is still accepted.
    ...(definition.account.url === undefined ? {} : { probe: probing(authorization) }),
  };
}

function probing(authorization: OAuth2Authorization): NonNullable<Provider['probe']> {
  return async (accessToken) => {
    const { kind } = await authorization.identify(accessToken);
    return kind === 'known' ? 'accepted' : kind;
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
