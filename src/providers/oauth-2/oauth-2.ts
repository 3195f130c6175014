import type { ClientCertificate, Outgoing } from '../../oauth/outgoing.ts';
import { tokenDocument } from '../../oauth/tokens/token-members.ts';
import { tokenRequest, type ClientAuthentication } from '../../oauth/token-request.ts';
import { openTransport, type Transport, type UpstreamResult } from '../../oauth/transport.ts';
import type { Secret } from '../../secret.ts';
import { OAuth2Authorization, type TokenAnswer } from './authorization.ts';
import { authenticatingClient, type ClientCredentials } from './client.ts';
import { clientCheck, MADE_UP_TOKEN } from './client-check.ts';
import type { OAuth2Definition } from './definition.ts';
import { examination, WRONG_SECRET, type ExaminationOptions } from './examination.ts';
import { handingOn } from './handing-on.ts';
import { refreshGrant } from './refresh-grant.ts';
import { accessBounds, OAuth2Judgement } from './judgement.ts';
import type { Provider } from '../provider.ts';
import { answeredAgain, readerFingerprint } from '../unreadable.ts';

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
  /** How calls leave this machine; straight to their servers if undefined. */
  readonly outgoing?: Outgoing | undefined;
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
  transport: Transport = openTransport(options.outgoing, options.clientCertificate),
): Provider {
  const { definition, upstreamTimeoutMs: timeoutMs, now } = options;
  const { name, tokenUrl, refreshUrl = tokenUrl, revokeUrl, clientId, requestsPerMinute } = definition;
  const realm = `${name} ${new URL(tokenUrl).origin} ${clientId}`;
  const judgement = new OAuth2Judgement(definition);
  const authenticate = authenticatingClient(definition, options, now);
  const client = { clientId, bodyFormat: definition.body, ...(definition.headers && { headers: definition.headers }) };
  const send: ExaminationOptions['send'] = async (url, parameters, as) => {
    try {
      const clientAuthentication = presentedAs(await authenticate(url), as);
      return await transport.send({ ...tokenRequest({ ...client, url, clientAuthentication }, parameters), timeoutMs });
    } catch (cause) {
      // The transport never rejects, so nothing was sent.
      return { kind: 'not_sent', cause };
    }
  };
  const ask = async (url: string, grant: Readonly<Record<string, string>>): Promise<TokenAnswer> => {
    const askedAt = now();
    const answer = await send(url, grant);
    const result = judgement.ofTokens(answer, { askedAt, now: now() });
    if (answer.kind !== 'answered') return { result, json: undefined, body: new Uint8Array() };
    return { result, json: tokenDocument(answer), body: answer.body };
  };
  const refresh = async (refreshToken: Secret) => {
    const { result, json } = await ask(refreshUrl, refreshGrant(definition, refreshToken));
    return handingOn(result, definition.handOn, { json });
  };
  const consent = consenting(definition, transport, (grant) =>
    ask(tokenUrl, { ...definition.tokenParameters, ...grant }),
  );
  return {
    name,
    title: options.title ?? name,
    realm,
    onReuse: definition.onReuse,
    accessLifetime: accessBounds(definition),
    reader: {
      fingerprint: readerFingerprint(definition),
      read: (kept) =>
        handingOn(judgement.ofKept(kept), definition.handOn, { json: tokenDocument(answeredAgain(kept)) }),
    },
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    refresh,
    ...(revokeUrl === undefined
      ? {}
      : { revoke: revoking(judgement, now, (token) => send(revokeUrl, { ...definition.revokeParameters, ...token })) }),
    ...consent,
    checkClient: async () => {
      const askedAt = now();
      const result = await send(refreshUrl, refreshGrant(definition, MADE_UP_TOKEN));
      const answer = judgement.ofTokens(result, { askedAt, now: now() });
      return clientCheck(definition, options.clientSettings ?? 'its id and secret', { result, answer });
    },
    examine: (redirectUri) => {
      const { authorization } = consent;
      return examination({ definition, judgement, transport, authorization, send, now }, redirectUri);
    },
    [Symbol.asyncDispose]: async () => {
      await transport[Symbol.asyncDispose]();
    },
  };
}

/** The client as an examination presents it: by the other method, or with a secret that is not its own. */
function presentedAs(own: ClientAuthentication, as: Parameters<ExaminationOptions['send']>[2]): ClientAuthentication {
  if (as === undefined || !('clientSecret' in own)) return own;
  return as === 'wrong_secret' ? { ...own, clientSecret: WRONG_SECRET } : { ...own, method: as };
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
  { authorization: definition, clientId, headers, handOn }: OAuth2Definition,
  transport: Transport,
  ask: (grant: Readonly<Record<string, string>>) => Promise<TokenAnswer>,
): Pick<Provider, 'authorization' | 'identify' | 'probe'> {
  if (definition === undefined) return {};
  const authorization = new OAuth2Authorization({ definition, clientId, transport, headers, handOn, ask });
  return {
    authorization,
    // Without a URL nothing tells whether a token is still accepted.
    ...(definition.account.url === undefined ? {} : asking(authorization)),
  };
}

function asking(authorization: OAuth2Authorization): Pick<Provider, 'identify' | 'probe'> {
  return {
    ...(authorization.identifiesAccounts ? { identify: (accessToken) => authorization.identify(accessToken) } : {}),
    probe: async (accessToken) => {
      const { kind } = await authorization.identify(accessToken);
      return kind === 'known' ? 'accepted' : kind;
    },
  };
}
