import { Hono, type Context } from 'hono';
import type { Circumstances } from '../../control/fake.ts';
import { authorizeRoutes, issuerOf } from '../oauth/authorize.ts';
import { authenticateClient } from '../oauth/authenticate-client.ts';
import { exchangeCode } from '../oauth/exchange-code.ts';
import { metadata } from '../oauth/metadata.ts';
import type { OAuth2 } from '../oauth-2.ts';
import { readParameters, required } from '../oauth/parameters.ts';
import type { RateLimiter } from './rate-limit.ts';
import { refresh } from '../oauth/refresh.ts';
import { fillInMembers } from '../oauth/fill-in.ts';
import { invalidRequest, Refusal } from '../oauth/refusal.ts';
import type { OAuth2Settings } from '../control/settings.ts';
import { revoke } from '../oauth/revoke.ts';
import { tokenAnswer } from '../oauth/tokens.ts';
import { accountOfBearer } from './userinfo.ts';

interface ApiEnv {
  Bindings: Circumstances;
}

/** The authorization server's endpoints. */
export function oauth2Api(oauth: OAuth2, limiter: RateLimiter): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>({ strict: false });
  const { settings, clock } = oauth;
  const told = (c: Context, status: number, body: object, headers: Readonly<Record<string, string>> = {}) =>
    toldAs(settings.values.token_answer_as, c.req.raw, status, body, headers);

  app.use(async (_, next) => {
    limiter.count(settings.values.rate_limit_per_minute, clock.now());
    await next();
  });

  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(settings.values.required_headers)) {
      const isClient = c.req.path === '/token' || c.req.path === '/revoke' || c.req.path === '/userinfo';
      if (isClient && c.req.header(name) !== value) throw invalidRequest(`The header ${name} must be ${value}.`);
    }
    await next();
  });

  app.route('/authorize', authorizeRoutes(oauth));

  app.post('/token', async (c) => {
    const parameters = await readParameters(c.req.raw, settings.values.body);
    const client = authenticateClient(oauth, c.req.raw.headers, parameters);
    const grantType = required(parameters, 'grant_type');
    if (grantType === 'authorization_code') {
      return told(c, 200, tokenAnswer(oauth, exchangeCode(oauth, client, parameters)));
    }
    if (grantType !== 'refresh_token') {
      throw new Refusal(400, 'unsupported_grant_type', `There is no grant type ${grantType}.`);
    }
    return told(c, 200, tokenAnswer(oauth, await refresh(oauth, client, parameters, c.env.delay)));
  });

  app.post('/revoke', async (c) => {
    const parameters = await readParameters(c.req.raw, settings.values.body);
    revoke(oauth, authenticateClient(oauth, c.req.raw.headers, parameters), parameters);
    return answer(200);
  });

  app.on(['GET', 'POST'], '/userinfo', (c) => {
    const account = accountOfBearer(oauth, c.req.raw.headers);
    const { account_fields: fields, account_method: method } = settings.values;
    if (c.req.method !== method) throw new Refusal(405, 'invalid_request', `The method must be ${method}.`);
    const { sub, email, name } = account;
    return answer(200, fields === null ? { sub, email, name } : fillInMembers(fields, { now: clock.now(), account }));
  });

  for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
    app.get(path, (c) => answer(200, metadata(oauth, issuerOf(c.req.url))));
  }

  app.notFound(() =>
    answer(404, {
      error: 'not_found',
      error_description: 'There are GET /authorize, POST /token, POST /revoke and GET /userinfo.',
    }),
  );
  app.onError((error, c) => {
    // Refusals are expected; any other exception is a bug in this fake and is logged.
    if (!(error instanceof Refusal)) throw error;
    const { invalid_grant_fields, invalid_client_fields, refusal_status } = settings.values;
    const isGrant = error.error === 'invalid_grant';
    const own = isGrant ? invalid_grant_fields : error.error === 'invalid_client' ? invalid_client_fields : {};
    const body = { error: error.error, error_description: error.message, ...own };
    return told(c, isGrant ? refusal_status : error.status, withoutNull(body), error.headers);
  });
  return app;
}

/** An answer of the token endpoint, in the format that the settings ask for. */
function toldAs(
  format: OAuth2Settings['token_answer_as'],
  request: Request,
  ...[status, body, headers]: Required<Parameters<typeof answer>>
): Response {
  const isForm = format === 'form' || (format !== 'json' && !/json/.test(request.headers.get('accept') ?? ''));
  if (!isForm || new URL(request.url).pathname !== '/token') return answer(status, body, headers);
  const fields = Object.entries(body).filter(([, value]) => value !== undefined && typeof value !== 'object');
  const type = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8', 'Cache-Control': 'no-store' };
  const text = new URLSearchParams(fields.map(([name, value]) => [name, String(value)])).toString();
  return new Response(text, { status, headers: { ...headers, ...type } });
}

function withoutNull(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

function answer(status: number, body?: object, headers: Readonly<Record<string, string>> = {}): Response {
  const noStore = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };
  if (body === undefined) return new Response(null, { status, headers: { ...noStore, ...headers } });
  const type = { 'Content-Type': 'application/json; charset=utf-8' };
  return new Response(JSON.stringify(body), { status, headers: { ...type, ...noStore, ...headers } });
}
