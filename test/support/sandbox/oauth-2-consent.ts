import { createHash, randomBytes } from 'node:crypto';
import { consent, type Decision } from './consent-form.ts';
import { CLIENT, type Answer, type TestOAuth2 } from './test-oauth-2.ts';

export const REDIRECT_URI = 'http://127.0.0.1:4000/callback?kept=1';

type Fields = Record<string, string>;

/** A verifier, and the parameters that ask for it. */
export function newPkce(): { verifier: string; asked: Fields } {
  const verifier = randomBytes(32).toString('base64url');
  const code_challenge = createHash('sha256').update(verifier).digest('base64url');
  return { verifier, asked: { code_challenge, code_challenge_method: 'S256' } };
}

/** The address of the page for consent; a parameter without a value counts as left out. */
export function pageUrl(server: TestOAuth2, parameters: Fields = {}): string {
  const usual = { response_type: 'code', client_id: CLIENT.id, redirect_uri: REDIRECT_URI, state: 's1' };
  return `${server.url}/authorize?${new URLSearchParams({ ...usual, ...parameters }).toString()}`;
}

/** Consents, and gives the code. */
export async function codeOf(server: TestOAuth2, parameters: Fields = {}, decision?: Decision): Promise<string> {
  return (await consent(pageUrl(server, parameters), decision)).searchParams.get('code') ?? '';
}

/** Exchanges a code; as the ordinary client unless `client_id` is among the fields. */
export function exchange(server: TestOAuth2, code: string, fields: Fields = {}): Promise<Answer> {
  return server.post('/token', { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, ...fields });
}

/** Consents and exchanges; gives the answer's body. */
export async function consented(server: TestOAuth2, parameters: Fields = {}, decision?: Decision): Promise<any> {
  const answer = await exchange(server, await codeOf(server, parameters, decision));
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json;
}
