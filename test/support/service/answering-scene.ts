import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Browser } from '../linking/browser.ts';
import type { Answer } from './answer.ts';
import { answeringServer, httpAnswer, type AnsweringServer, type RawAnswer } from './answering-server.ts';
import { jwt } from './credentials.ts';
import { importLines } from './import-lines.ts';
import { newFolder, startService, type Environment, type Service } from './start-service.ts';

const RETURN_URL = 'http://127.0.0.1:9/linked';

/** A service whose providers are one server that answers whatever bytes a test wants. */
export interface AnsweringScene extends AsyncDisposable {
  readonly service: Service;
  readonly server: AnsweringServer;
  /** A call of the connections API as this user, below `/api/v1/connections/`. */
  as(subject: string, method: string, path: string, body?: object): Promise<Answer>;
  /** Asks for the user's token. */
  token(subject: string, body?: object, provider?: string): Promise<Answer>;
  /** Imports lines as the command does; a line that is refused fails the test. */
  import(...lines: readonly object[]): Promise<void>;
  /**
   * Imports one line whose access token has ended and whose refresh token the server answers with these answers, and
   * asks for the token. The subject and the refresh token are of this name, the token with hyphens for spaces.
   */
  refreshed(name: string, answers: readonly RawAnswer[], provider?: string): Promise<Answer>;
  /** Has a user consent; the server answers the code of this name with `answers`, and the account as it was told to. */
  linked(name: string, answers: readonly RawAnswer[], provider?: string): Promise<Answer>;
}

/**
 * Starts both.
 *
 * @param definitions by name; each has a client and a `token_url` unless it says otherwise, and `{at}` in it becomes
 *   the URL at which the server has that provider
 */
export async function startAnsweringScene(
  definitions: Readonly<Record<string, object>> = { x: {} },
  env: Environment = {},
): Promise<AnsweringScene> {
  await using started = new AsyncDisposableStack();
  const server = started.use(await answeringServer());
  const { databasePath } = started.use(newFolder());
  writeFileSync(`${databasePath}.providers.json`, providersFile(definitions, server.origin));
  const service = started.use(
    await startService({
      databasePath,
      env: {
        EVERGRANT_PROVIDERS: `${databasePath}.providers.json`,
        EVERGRANT_RETURN_URLS: RETURN_URL,
        FIELD_SECRET: 'field-secret',
        ...env,
      },
    }),
  );
  for (const name of Object.keys(definitions)) server.answer(`/${name}/authorize`, consent);
  const as = (subject: string, method: string, path: string, body: object = {}) =>
    service.call(method, `/api/v1/connections/${path}`, { bearer: jwt(subject), body });
  const token = (subject: string, body: object = {}, provider = 'x') => as(subject, 'POST', `${provider}/token/`, body);
  const importing = (...lines: readonly object[]) => importLines(service.env, lines);
  const parts = started.move();
  return {
    service,
    server,
    as,
    token,
    import: importing,
    refreshed: async (name, answers, provider = 'x') => {
      const word = name.replaceAll(' ', '-');
      server.answer(`rt-${word}`, ...answers);
      await importing({
        subject: name,
        provider,
        account_id: `account of ${name}`,
        access_token: `at-${word}`,
        refresh_token: `rt-${word}`,
        expires_at: new Date(Date.now() - 100_000).toISOString(),
      });
      return token(name, {}, provider);
    },
    linked: async (name, answers, provider = 'x') => {
      server.answer(`code-${name}`, ...answers);
      const { json, text } = await as(name, 'POST', `${provider}/authorize/`);
      assert.equal(typeof json.authorize_url, 'string', text);
      server.answer(`/${provider}/authorize`, (request) => consent(request, `code-${name}`));
      const back = new URL((await new Browser().open(String(json.authorize_url), RETURN_URL)).url);
      return as(name, 'POST', `${provider}/complete/`, { code: back.searchParams.get('evergrant_code') ?? '' });
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

function providersFile(definitions: Readonly<Record<string, object>>, origin: string): string {
  const all = Object.entries(definitions).map(([name, members]) => {
    const client = { client_id: 'cid', client_secret_env: 'FIELD_SECRET', token_url: '{at}/token' };
    return [name, JSON.parse(JSON.stringify({ ...client, ...members }).replaceAll('{at}', `${origin}/${name}`))];
  });
  return JSON.stringify(Object.fromEntries(all));
}

/** A page of consent on which everybody agrees at once. */
function consent({ url }: { readonly url: URL }, code = 'code'): Buffer {
  const back = new URL(url.searchParams.get('redirect_uri') ?? '');
  back.searchParams.set('code', code);
  back.searchParams.set('state', url.searchParams.get('state') ?? '');
  return httpAnswer('', { status: 302, headers: { location: back.href } });
}
