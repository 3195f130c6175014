import { httpServer } from './listening.ts';

/** What the token endpoint is asked for, and what it answers. */
export type TokenScript = (grant: URLSearchParams) => { readonly status?: number; readonly body: object };

/** An OAuth 2 server that consents at once, knows one account, and answers for tokens as it is told. */
export interface BareOAuth2 extends AsyncDisposable {
  /** Of a provider in the file of `EVERGRANT_PROVIDERS`; its secret stands in `BARE_CLIENT_SECRET`. */
  readonly definition: object;
  /** The grants that the token endpoint was asked for. */
  readonly asked: readonly URLSearchParams[];
  /** Replaced by tests in the middle of things. */
  answer: TokenScript;
}

/** Starts one. */
export async function startBareOAuth2(answer: TokenScript): Promise<BareOAuth2> {
  const asked: URLSearchParams[] = [];
  const server = await httpServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    const answered = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname === '/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', `code-${asked.length}`);
      back.searchParams.set('state', url.searchParams.get('state') ?? '');
      response.writeHead(302, { location: back.href }).end();
      return;
    }
    if (url.pathname === '/me') {
      answered(200, { id: 'account-1' });
      return;
    }
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const grant = new URLSearchParams(body);
      asked.push(grant);
      const { status = 200, body: told } = at.answer(grant);
      answered(status, told);
    });
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const at: BareOAuth2 = {
    definition: {
      client_id: 'cid',
      client_secret_env: 'BARE_CLIENT_SECRET',
      token_url: `${origin}/token`,
      authorize_url: `${origin}/authorize`,
      account: { url: `${origin}/me`, id: 'id' },
    },
    asked,
    answer,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return at;
}
