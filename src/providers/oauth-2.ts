import { tokenRequest, type ClientAuthentication, type TokenEndpoint } from '../oauth/token-request.ts';
import { openTransport, type Transport } from '../oauth/transport.ts';
import type { Secret } from '../secret.ts';
import type { Authorization } from './authorization.ts';
import { OAuth2Authorization } from './oauth-2-authorization.ts';
import type { OAuth2Definition } from './oauth-2-definition.ts';
import { OAuth2Judgement } from './oauth-2-judgement.ts';
import type { ExchangeAnswer, Provider, ReuseBehaviour, Revocable } from './provider.ts';

/** A server that speaks OAuth 2, and how to reach it. */
export interface OAuth2Options {
  readonly definition: OAuth2Definition;
  /** Needed unless the client is a public one. */
  readonly clientSecret: Secret | undefined;
  /** Hard cap of one upstream call, in milliseconds. */
  readonly upstreamTimeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Any OAuth 2 server, by its definition.
 *
 * @throws Error where the definition wants a client secret and there is none; TypeError where its URL is none
 */
export function oauth2(options: OAuth2Options): Provider {
  return new OAuth2(options, openTransport());
}

class OAuth2 implements Provider {
  readonly name: string;
  readonly realm: string;
  readonly onReuse: ReuseBehaviour;
  readonly requestsPerMinute?: number;
  readonly authorization?: Authorization;
  readonly revoke?: (credential: Revocable) => Promise<'revoked' | 'refused' | 'unreachable'>;
  readonly probe?: (accessToken: Secret) => Promise<'accepted' | 'refused' | 'unreachable'>;
  readonly #options: OAuth2Options;
  readonly #transport: Transport;
  readonly #endpoint: TokenEndpoint;
  readonly #judgement: OAuth2Judgement;

  constructor(options: OAuth2Options, transport: Transport) {
    const { definition } = options;
    const { name, tokenUrl, revokeUrl, clientId, authorization } = definition;
    this.name = name;
    this.realm = `${name} ${new URL(tokenUrl).origin} ${clientId}`;
    this.onReuse = definition.onReuse;
    if (definition.requestsPerMinute !== undefined) this.requestsPerMinute = definition.requestsPerMinute;
    this.#options = options;
    this.#transport = transport;
    this.#endpoint = {
      url: tokenUrl,
      clientId,
      clientAuthentication: clientAuthentication(definition, options.clientSecret),
      bodyFormat: definition.body,
    };
    this.#judgement = new OAuth2Judgement(definition);
    if (revokeUrl !== undefined) this.revoke = (credential) => this.#revokeAt(revokeUrl, credential);
    if (authorization !== undefined) {
      const consent = new OAuth2Authorization({
        definition: authorization,
        clientId,
        transport,
        ask: (grant) => this.#ask(tokenUrl, grant),
      });
      this.authorization = consent;
      this.probe = async (accessToken) => {
        const account = await consent.identify(accessToken);
        return typeof account === 'object' ? 'accepted' : account;
      };
    }
  }

  refresh(refreshToken: Secret): Promise<ExchangeAnswer> {
    const { refreshUrl, tokenUrl } = this.#options.definition;
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken.reveal() };
    return this.#ask(refreshUrl ?? tokenUrl, grant);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }

  async #ask(url: string, grant: Readonly<Record<string, string>>): Promise<ExchangeAnswer> {
    const { upstreamTimeoutMs: timeoutMs, now } = this.#options;
    const askedAt = now();
    const result = await this.#transport.send({ ...tokenRequest({ ...this.#endpoint, url }, grant), timeoutMs });
    return this.#judgement.ofTokens(result, { askedAt, now: now() });
  }

  /** The refresh token where there is one, as an access token may have ended by itself. */
  async #revokeAt(url: string, { refreshToken, accessToken }: Revocable) {
    const parameters = { token: (refreshToken ?? accessToken).reveal() };
    const timeoutMs = this.#options.upstreamTimeoutMs;
    const result = await this.#transport.send({ ...tokenRequest({ ...this.#endpoint, url }, parameters), timeoutMs });
    return this.#judgement.ofRevocation(result);
  }
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
