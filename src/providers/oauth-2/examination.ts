import { lookup } from 'node:dns/promises';
import { answerText, errorCodeIn, errorText, noAnswerText } from '../../oauth/answer/answer-text.ts';
import { codeChallenge, newCodeVerifier } from '../../oauth/pkce.ts';
import { randomToken } from '../../oauth/random-token.ts';
import type { Transport, UpstreamAnswer, UpstreamResult } from '../../oauth/transport.ts';
import { Secret } from '../../secret.ts';
import type { Authorization } from '../authorization.ts';
import { isReasoned, MADE_UP_TOKEN } from './client-check.ts';
import type { OAuth2Definition } from './definition.ts';
import type { OAuth2Judgement } from './judgement.ts';
import type { ExaminationStep } from '../provider.ts';
import { accountCall } from './account.ts';
import { refreshGrant } from './refresh-grant.ts';
import { ERROR_PLACES } from './refusals.ts';

/** What an examination works with. */
export interface ExaminationOptions {
  readonly definition: OAuth2Definition;
  readonly judgement: OAuth2Judgement;
  readonly transport: Transport;
  readonly authorization: Authorization | undefined;
  /** Asks the token endpoint or another of the client's, as `client` authenticates. */
  readonly send: (
    url: string,
    parameters: Readonly<Record<string, string>>,
    client?: 'body' | 'basic' | 'wrong_secret',
  ) => Promise<UpstreamResult>;
  readonly now: () => number;
}

type Verdict = ExaminationStep['verdict'];

const TIMEOUT_MS = 10_000;
/** What a page of consent answers to a browser. */
const PAGE = [200, 301, 302, 303, 307, 308];

/**
 * Runs a definition against its server, step by step, with made-up tokens and codes only, and says what to write into
 * the definition. It changes nothing there.
 *
 * @param redirectUri ours, for the page of consent and the code
 */
export async function* examination(options: ExaminationOptions, redirectUri: string): AsyncGenerator<ExaminationStep> {
  yield* hosts(options.definition);
  yield* consentPage(options, redirectUri);
  const refused = await options.send(refreshUrlOf(options.definition), refreshing(options));
  yield refreshToken(options, refused);
  if (refused.kind === 'answered') yield* client(options, refused);
  yield* code(options, redirectUri);
  yield* revocation(options);
  yield* accountPage(options);
}

async function* hosts(definition: OAuth2Definition): AsyncGenerator<ExaminationStep> {
  const { tokenUrl, refreshUrl, revokeUrl, authorization } = definition;
  const urls = [tokenUrl, refreshUrl, revokeUrl, authorization?.url, authorization?.account.url];
  for (const host of new Set(urls.flatMap((url) => (url === undefined ? [] : [new URL(url).hostname])))) {
    const found = await lookup(host.replace(/^\[|\]$/g, '')).catch(() => undefined);
    yield found === undefined
      ? step('name', 'odd', `${host} does not resolve here. Check the URLs, and the DNS of this machine.`)
      : step('name', 'good', `${host} resolves.`);
  }
}

async function* consentPage(
  { authorization, definition, transport }: ExaminationOptions,
  redirectUri: string,
): AsyncGenerator<ExaminationStep> {
  if (authorization === undefined) {
    yield step('authorize_url', 'good', 'There is none: accounts are imported only.');
    return;
  }
  const challenge = authorization.usesPkce ? codeChallenge(newCodeVerifier()) : undefined;
  const state = randomToken().reveal();
  const url = authorization.pageUrl({ redirectUri, state, codeChallenge: challenge });
  const result = await transport.send({ method: 'GET', url, headers: { accept: 'text/html' }, timeoutMs: TIMEOUT_MS });
  if (result.kind !== 'answered') {
    yield unreached('authorize_url', result);
    return;
  }
  const error = errorSentBack(result, redirectUri);
  if (error !== undefined) {
    const advice = 'Check scopes, authorize_parameters and pkce, and the redirect URI registered with the client';
    yield step('authorize_url', 'bad', `The page sends users back with an error: ${error}. ${advice}: ${redirectUri}`);
  } else if (PAGE.includes(result.status)) {
    yield step('authorize_url', 'good', `${new URL(definition.authorization?.url ?? url).host} shows its page.`);
  } else {
    const advice = `Check authorize_url and client_id, and register ${redirectUri} with the client.`;
    yield step('authorize_url', 'bad', `${answerText(result)}. ${advice}`);
  }
}

/** The error in a redirect back to us (RFC 6749 section 4.1.2.1); undefined if there is none. */
function errorSentBack({ headers }: UpstreamAnswer, redirectUri: string): string | undefined {
  const location = String(headers['location'] ?? '');
  if (!location.startsWith(redirectUri) || !URL.canParse(location)) return undefined;
  const { searchParams } = new URL(location);
  const error = searchParams.get('error');
  return error === null
    ? undefined
    : errorText({ code: error, description: searchParams.get('error_description') }, []);
}

function refreshToken(options: ExaminationOptions, result: UpstreamResult): ExaminationStep {
  const what = 'refresh token';
  if (result.kind !== 'answered') return unreached(what, result);
  const told = answerText(result);
  switch (verdictOf(options, result)) {
    case 'rejected':
      return step(what, 'good', `A made-up refresh token is refused as dead: ${told}.`);
    case 'obtained':
      return step(what, 'odd', 'A made-up refresh token was given tokens. Is this the real server?');
    case 'client_refused':
      return step(what, 'odd', `The server looks at the client first: ${told}.`);
    default:
      return unfamiliar(result, { what, told });
  }
}

function unfamiliar(result: UpstreamAnswer, { what, told }: { what: string; told: string }): ExaminationStep {
  const { status } = result;
  if (status === 429) return step(what, 'odd', `${told}. Try again later.`);
  if (status >= 300 && status < 400) {
    return step(what, 'bad', `${told}. No redirect is followed: write where it points into token_url or refresh_url.`);
  }
  if (!isReasoned(result)) {
    return step(what, 'bad', `${told}. This is no answer of a token endpoint: check token_url, refresh_url and body.`);
  }
  const signal = signalOf(result);
  const advice =
    signal === undefined
      ? 'It names no code. Look up how this server refuses a dead refresh token, and write that into dead_grant.'
      : `If this is how the server refuses a dead refresh token, write "dead_grant": [${signal}]`;
  return step(what, 'odd', `A made-up refresh token is refused in words of the server's own: ${told}. ${advice}`);
}

async function* client(options: ExaminationOptions, refused: UpstreamAnswer): AsyncGenerator<ExaminationStep> {
  const { definition, send } = options;
  const { clientAuth } = definition;
  const what = 'client';
  const url = refreshUrlOf(definition);
  const isRefused = verdictOf(options, refused) === 'client_refused';
  if (clientAuth !== 'body' && clientAuth !== 'basic') {
    yield isRefused
      ? step(what, 'bad', `${answerText(refused)}. Check client_id and client_auth.`)
      : accepted(definition);
    return;
  }
  if (isRefused) {
    const other = clientAuth === 'body' ? 'basic' : 'body';
    const again = await send(url, refreshing(options), other);
    const helps = again.kind === 'answered' && isReasoned(again) && verdictOf(options, again) !== 'client_refused';
    const advice = helps
      ? `It takes the client by the other way: write "client_auth": "${other}"`
      : 'Check client_id, client_secret_env and client_auth.';
    yield step(what, 'bad', `The client is refused: ${answerText(refused)}. ${advice}`);
    return;
  }
  const wrong = await send(url, refreshing(options), 'wrong_secret');
  if (wrong.kind !== 'answered' || !isReasoned(refused)) return;
  yield secretChecked(options, refused, wrong);
}

/** Whether the server tells a wrong secret from a dead refresh token. */
function secretChecked(options: ExaminationOptions, right: UpstreamAnswer, wrong: UpstreamAnswer): ExaminationStep {
  if (verdictOf(options, wrong) === 'client_refused') return accepted(options.definition);
  const told = answerText(wrong);
  if (told === answerText(right)) {
    const what = 'The server answers a wrong secret as it answers a dead refresh token, so it is not known whether it';
    return step('client', 'odd', `${what} accepts the client: ${told}.`);
  }
  const signal = signalOf(wrong);
  const advice = signal === undefined ? '' : ` Write "wrong_client": [${signal}]`;
  return step('client', 'odd', `The client seems accepted; with a wrong secret, ${told}.${advice}`);
}

function accepted({ clientId }: OAuth2Definition): ExaminationStep {
  return step('client', 'good', `The client ${clientId} is accepted.`);
}

async function* code(
  { authorization, definition, judgement, send, now }: ExaminationOptions,
  redirectUri: string,
): AsyncGenerator<ExaminationStep> {
  if (authorization === undefined) return;
  const askedAt = now();
  const result = await send(definition.tokenUrl, {
    ...definition.tokenParameters,
    grant_type: 'authorization_code',
    code: MADE_UP_TOKEN.reveal(),
    redirect_uri: redirectUri,
    ...(authorization.usesPkce ? { code_verifier: newCodeVerifier().reveal() } : {}),
  });
  if (result.kind !== 'answered') {
    yield unreached('code', result);
    return;
  }
  const { kind } = judgement.ofTokens(result, { askedAt, now: now() });
  const told = answerText(result);
  if (kind === 'rejected') yield step('code', 'good', `A made-up code is refused as it should be: ${told}.`);
  else if (kind === 'client_refused') yield step('code', 'bad', `The client may not redeem codes: ${told}.`);
  else if (isReasoned(result)) yield step('code', 'odd', `A made-up code is refused in other words: ${told}.`);
  else yield step('code', 'bad', `${told}. This is no answer of a token endpoint: check token_url.`);
}

async function* revocation({ definition, judgement, send, now }: ExaminationOptions): AsyncGenerator<ExaminationStep> {
  const { revokeUrl } = definition;
  if (revokeUrl === undefined) {
    yield step('revoke_url', 'good', 'There is none: disconnecting erases and revokes nothing.');
    return;
  }
  const result = await send(revokeUrl, { ...definition.revokeParameters, token: MADE_UP_TOKEN.reveal() });
  const revoked = judgement.ofRevocation(result, now());
  if (revoked.kind === 'revoked') yield step('revoke_url', 'good', 'A token that is unknown there counts as revoked.');
  else if (result.kind !== 'answered') yield unreached('revoke_url', result);
  else {
    const verdict = isReasoned(result) ? 'odd' : 'bad';
    yield step('revoke_url', verdict, `${revoked.detail}. Check revoke_url and client_auth.`);
  }
}

async function* accountPage({
  authorization,
  definition,
  transport,
}: ExaminationOptions): AsyncGenerator<ExaminationStep> {
  const account = definition.authorization?.account;
  const url = account?.url;
  if (authorization === undefined || account === undefined || url === undefined) return;
  const call = accountCall(account, { url, accessToken: undefined, common: definition.headers ?? {} });
  const result = await transport.send({ ...call, timeoutMs: TIMEOUT_MS });
  if (result.kind !== 'answered') {
    yield unreached('account.url', result);
    return;
  }
  const told = answerText(result);
  if (result.status === 401 || result.status === 403) yield step('account.url', 'good', `Without a token, ${told}.`);
  else if (result.status === 404) yield step('account.url', 'bad', `Without a token, ${told}. Check account.url.`);
  else yield step('account.url', 'odd', `Without a token, ${told}, where 401 is usual.`);
}

function refreshing({ definition }: ExaminationOptions): Readonly<Record<string, string>> {
  return refreshGrant(definition, MADE_UP_TOKEN);
}

function refreshUrlOf({ refreshUrl, tokenUrl }: OAuth2Definition): string {
  return refreshUrl ?? tokenUrl;
}

function verdictOf({ judgement, now }: ExaminationOptions, answer: UpstreamAnswer): string {
  return judgement.ofTokens(answer, { askedAt: now(), now: now() }).kind;
}

/** The member of `dead_grant` or `wrong_client` that matches this answer; undefined if it names no harmless code. */
function signalOf(answer: UpstreamAnswer): string | undefined {
  const found = errorCodeIn(answer);
  if (found === undefined) return undefined;
  const { code: error, at } = found;
  return JSON.stringify({ status: answer.status, error, ...(ERROR_PLACES.includes(at) ? {} : { at }) });
}

function unreached(what: string, result: Exclude<UpstreamResult, UpstreamAnswer>): ExaminationStep {
  const why = result.cause instanceof Error && 'code' in result.cause ? ` (${String(result.cause.code)})` : '';
  const advice = 'Check the URL, the network, and the certificates that Node trusts (NODE_EXTRA_CA_CERTS).';
  return step(what, 'bad', `${noAnswerText(result)}${why}. ${advice}`);
}

function step(what: string, verdict: Verdict, detail: string): ExaminationStep {
  return { step: what, verdict, detail };
}

/** A secret that is not the client's, to see how the server refuses it. */
export const WRONG_SECRET = new Secret('evergrant-asks-how-a-wrong-secret-is-refused');
