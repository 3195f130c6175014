import type { Outgoing } from '../../oauth/outgoing.ts';
import { tokenRequest, type ClientAuthentication, type TokenEndpoint } from '../../oauth/token-request.ts';
import { openTransport, type Transport, type UpstreamResult } from '../../oauth/transport.ts';
import type { Secret } from '../../secret.ts';
import { OAuth2Authorization } from './authorization.ts';
import { clientCheck, MADE_UP_TOKEN } from './client-check.ts';
import type { OAuth2Definition } from './definition.ts';
import { examination, WRONG_SECRET, type ExaminationOptions } from './examination.ts';
import { accessBounds, OAuth2Judgement } from './judgement.ts';
import type { ExchangeResult, Provider } from '../provider.ts';
import { readerFingerprint } from '../unreadable.ts';

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
  /** How calls leave this machine; straight to their servers if undefined. */
  readonly outgoing?: Outgoing | undefined;
}

/**
 * A provider for any OAuth 2 server (RFC 6749), built from its definition.
 *
 * @param transport disposed of with the provider
 * @throws Error if the definition requires a client secret and there is none
 * @throws TypeError if `tokenUrl` is not a URL
 */
export function oauth2(options: OAuth2Options, transport: Transport = openTransport(options.outgoing)): Provider {
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
  const consent = consenting(definition, transport, (grant) => ask(tokenUrl, grant));
  return {
    name,
    title: options.title ?? name,
    realm,
    onReuse: definition.onReuse,
    accessLifetime: accessBounds(definition),
    reader: { fingerprint: readerFingerprint(definition), read: (kept) => judgement.ofKept(kept) },
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    refresh,
    ...(revokeUrl === undefined
      ? {}
      : { revoke: revoking(judgement, now, (parameters) => send(revokeUrl, parameters)) }),
    ...consent,
    checkClient: async () => {
      const askedAt = now();
      const result = await send(refreshUrl, { grant_type: 'refresh_token', refresh_token: MADE_UP_TOKEN.reveal() });
      const answer = judgement.ofTokens(result, { askedAt, now: now() });
      return clientCheck(definition, options.clientSettings ?? 'its id and secret', { result, answer });
    },
    examine: (redirectUri) => {
      const { authorization } = consent;
      const sendAs: ExaminationOptions['send'] = (url, parameters, as) =>
        transport.send({ ...tokenRequest({ ...client, ...otherClient(client, as), url }, parameters), timeoutMs });
      return examination({ definition, judgement, transport, authorization, send: sendAs, now }, redirectUri);
    },
    [Symbol.asyncDispose]: async () => {
      await transport[Symbol.asyncDispose]();
    },
  };
}

/** The client as an examination presents it: by the other method, or with a secret that is not its own. */
function otherClient(
  { clientAuthentication: own }: Pick<TokenEndpoint, 'clientAuthentication'>,
  as: Parameters<ExaminationOptions['send']>[2],
): { readonly clientAuthentication: ClientAuthentication } {
  if (as === undefined || own.method === 'none') return { clientAuthentication: own };
  return {
    clientAuthentication: as === 'wrong_secret' ? { ...own, clientSecret: WRONG_SECRET } : { ...own, method: as },
  };
}

function revoking(
  judgement: OAuth2Judgement,
  now: () => number,
  send: (parameters: Readonly<Record<string, string>>) => Promise<UpstreamResult>,
): NonNullable<Provider['revoke']> {
  // The refresh token if there is one, as the access token may already have expired.
  return async ({ refreshToken, accessToken }) =>
    judgement.ofRevocation(await send({ token: (refreshToken ?? accessToken).reveal() }), now());
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
