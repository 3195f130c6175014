import { answerText } from '../../oauth/answer/answer-text.ts';
import type { Transport } from '../../oauth/transport.ts';
import type { Secret } from '../../secret.ts';
import type { Authorization, AuthorizationRequest, CodeGrant, Identified } from '../authorization.ts';
import { accountCall, accountIn, accountInTokenAnswer } from './account.ts';
import type { OAuth2AuthorizationDefinition } from './definition.ts';
import { callbackNames, handingOn } from './handing-on.ts';
import type { ExchangeResult, ShownAccount } from '../provider.ts';

/** Configures {@link OAuth2Authorization}. */
export interface OAuth2AuthorizationOptions {
  readonly definition: OAuth2AuthorizationDefinition;
  readonly clientId: string;
  readonly transport: Transport;
  /** Headers of every call to the provider. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** See `OAuth2Definition`. */
  readonly handOn?: readonly string[] | undefined;
  /** Calls the token endpoint, adding the client's own parameters. */
  readonly ask: (grant: Readonly<Record<string, string>>) => Promise<TokenAnswer>;
}

/** What a token endpoint has answered: how it was judged, its document, and the bytes of it. */
export interface TokenAnswer {
  readonly result: ExchangeResult;
  readonly json: unknown;
  readonly body: Uint8Array;
}

/**
 * Standard consent: an authorization code (RFC 6749 section 4.1), and the provider's description of an access token's
 * account.
 */
export class OAuth2Authorization implements Authorization {
  readonly usesPkce: boolean;
  readonly issuer: string | undefined;
  readonly redirectUri: string | undefined;
  readonly callbackParameters: readonly string[];
  readonly identifiesAccounts: boolean;
  readonly #options: OAuth2AuthorizationOptions;

  constructor(options: OAuth2AuthorizationOptions) {
    this.usesPkce = options.definition.pkce ?? true;
    this.issuer = options.definition.issuer;
    this.redirectUri = options.definition.redirectUri;
    this.callbackParameters = callbackNames(options.handOn);
    this.identifiesAccounts = options.definition.account.id !== undefined;
    this.#options = options;
  }

  pageUrl({ redirectUri, state, codeChallenge }: AuthorizationRequest): string {
    const { definition, clientId } = this.#options;
    const url = new URL(definition.url);
    const scope = askedScope(definition);
    const parameters = {
      ...definition.parameters,
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      ...(scope === undefined ? {} : { scope }),
      state,
      ...(codeChallenge === undefined ? {} : { code_challenge: codeChallenge, code_challenge_method: 'S256' }),
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    // Some servers take a plus for itself; a space that is percent-encoded is read alike everywhere.
    url.search = url.searchParams.toString().replaceAll('+', '%20');
    return url.href;
  }

  async redeem({ code, redirectUri, codeVerifier, callback }: CodeGrant): Promise<ExchangeResult> {
    const { definition, clientId, handOn, ask } = this.#options;
    const { result: answer, ...said } = await ask({
      grant_type: 'authorization_code',
      code: code.reveal(),
      redirect_uri: redirectUri,
      ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier.reveal() }),
    });
    const result = handingOn(answer, handOn, { json: said.json, callback, askedScope: askedScope(definition) });
    const profile = result.kind === 'obtained' ? accountInTokenAnswer(said, definition, clientId) : undefined;
    return result.kind === 'obtained' && profile !== undefined ? { ...result, profile } : result;
  }

  async identify(accessToken: Secret): Promise<Identified> {
    const { definition, transport, headers: common = {} } = this.#options;
    const { account } = definition;
    const { url, id } = account;
    // Other sources are read with the code. That answer has been, and did not say.
    if (url === undefined) return { kind: 'refused', detail: `the token endpoint's answer shows no account id` };
    const result = await transport.send(accountCall(account, { url, accessToken, common }));
    if (result.kind !== 'answered') return { kind: 'unreachable', detail: `${url} does not answer` };
    const { status, json } = result;
    if (status === 401 || status === 403) return { kind: 'refused', detail: answerText(result) };
    if (status < 200 || status >= 300) return { kind: 'unreachable', detail: answerText(result) };
    const { accountId, shown } = accountIn(result, account);
    if (id === undefined ? isAnybody(shown) : accountId !== undefined) return { kind: 'known', accountId, shown };
    const missing = id === undefined ? 'nothing of an account' : `no account id at "${id}"`;
    return { kind: 'unreachable', detail: `${url} shows ${missing}; ${membersOf(json)}` };
  }
}

function askedScope({ scopes, scopeSeparator = ' ' }: OAuth2AuthorizationDefinition): string | undefined {
  return scopes.length === 0 ? undefined : scopes.join(scopeSeparator);
}

/** Common member names for an account or its id. Any other text from a provider stays out of the journal. */
const FAMILIAR_MEMBERS = [
  ...['id', 'sub', 'uid', 'uuid', 'uri', 'user_id', 'userId', 'account_id', 'accountId', 'login', 'username'],
  ...['email', 'name', 'data', 'user', 'account', 'profile', 'resource', 'result', 'me', 'status', 'error'],
];

/** The member names found instead, for the operator. */
function membersOf(json: unknown): string {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'its answer is no JSON object';
  const names = FAMILIAR_MEMBERS.filter((name) => Object.hasOwn(json, name));
  return `it has ${names.join(', ') || 'no member that an account often stands under'}`;
}

function isAnybody({ username, email, name }: ShownAccount): boolean {
  return username !== null || email !== null || name !== null;
}
