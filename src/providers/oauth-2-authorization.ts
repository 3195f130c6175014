import { jsonMemberAt } from '../oauth/json-member.ts';
import type { Transport } from '../oauth/transport.ts';
import type { Secret } from '../secret.ts';
import type { Authorization, AuthorizationRequest, CodeGrant } from './authorization.ts';
import type { OAuth2AccountDefinition, OAuth2AuthorizationDefinition } from './oauth-2-definition.ts';
import type { AccountProfile, ExchangeAnswer } from './provider.ts';

/** What consenting at an OAuth 2 server is made of. */
export interface OAuth2AuthorizationOptions {
  readonly definition: OAuth2AuthorizationDefinition;
  readonly clientId: string;
  readonly transport: Transport;
  /** Asks the token endpoint, the client's own parameters included. */
  readonly ask: (grant: Readonly<Record<string, string>>) => Promise<ExchangeAnswer>;
}

const READ_TIMEOUT_MS = 5_000;
const LONGEST_ID = 255;

/** Consent by the standard's own means: an authorization code, and what the provider says of an access token's account. */
export class OAuth2Authorization implements Authorization {
  readonly usesPkce: boolean;
  readonly issuer: string | undefined;
  readonly #options: OAuth2AuthorizationOptions;

  constructor(options: OAuth2AuthorizationOptions) {
    this.usesPkce = options.definition.pkce ?? true;
    this.issuer = options.definition.issuer;
    this.#options = options;
  }

  pageUrl({ redirectUri, state, codeChallenge }: AuthorizationRequest): string {
    const { definition, clientId } = this.#options;
    const url = new URL(definition.url);
    const parameters = {
      ...definition.parameters,
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      ...(definition.scopes.length === 0 ? {} : { scope: definition.scopes.join(definition.scopeSeparator ?? ' ') }),
      state,
      ...(codeChallenge === undefined ? {} : { code_challenge: codeChallenge, code_challenge_method: 'S256' }),
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  }

  redeem({ code, redirectUri, codeVerifier }: CodeGrant): Promise<ExchangeAnswer> {
    return this.#options.ask({
      grant_type: 'authorization_code',
      code: code.reveal(),
      redirect_uri: redirectUri,
      ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier.reveal() }),
    });
  }

  async identify(accessToken: Secret): Promise<AccountProfile | 'refused' | 'unreachable'> {
    const { definition, transport } = this.#options;
    const result = await transport.send({
      method: 'GET',
      url: definition.account.url,
      headers: { authorization: `Bearer ${accessToken.reveal()}` },
      timeoutMs: READ_TIMEOUT_MS,
    });
    if (result.kind !== 'answered') return 'unreachable';
    if (result.status === 401 || result.status === 403) return 'refused';
    const isSuccess = result.status >= 200 && result.status < 300;
    return (isSuccess ? profile(result.json, definition.account) : undefined) ?? 'unreachable';
  }
}

/** The account as its JSON has it; undefined where that shows no usable id. */
function profile(json: unknown, places: OAuth2AccountDefinition): AccountProfile | undefined {
  const id = jsonMemberAt(json, places.id);
  const accountId = typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : id;
  if (typeof accountId !== 'string' || accountId === '' || accountId.length > LONGEST_ID) return undefined;
  const text = (path: string | undefined) => {
    const value = path === undefined ? undefined : jsonMemberAt(json, path);
    return typeof value === 'string' ? value : null;
  };
  return {
    accountId,
    username: text(places.username),
    email: text(places.email),
    name: text(places.name),
    timeZone: text(places.timeZone),
    timeFormat: null,
    weekStart: null,
    locale: null,
    defaultScheduleId: null,
    avatarUrl: null,
    bio: null,
    createdAt: null,
  };
}
