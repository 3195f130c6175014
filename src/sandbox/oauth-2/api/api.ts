import { Hono } from 'hono';
import type { Circumstances } from '../../control/fake.ts';
import { authorizeRoutes, issuerOf } from '../oauth/authorize.ts';
import { authenticateClient } from '../oauth/authenticate-client.ts';
import { exchangeCode } from '../oauth/exchange-code.ts';
import { metadata } from '../oauth/metadata.ts';
import type { OAuth2 } from '../oauth-2.ts';
import { readParameters, required } from '../oauth/parameters.ts';
import type { RateLimiter } from './rate-limit.ts';
import { refresh } from '../oauth/refresh.ts';
import { Refusal } from '../oauth/refusal.ts';
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

  app.use(async (_, next) => {
    limiter.count(settings.values.rate_limit_per_minute, clock.now());
    await next();
  });

  app.route('/authorize', authorizeRoutes(oauth));

  app.post('/token', async (c) => {
    const parameters = await readParameters(c.req.raw, settings.values.body);
    const client = authenticateClient(oauth, c.req.raw.headers, parameters);
    const grantType = required(parameters, 'grant_type');
    if (grantType === 'authorization_code') {
      return answer(200, tokenAnswer(oauth, exchangeCode(oauth, client, parameters)));
    }
    if (grantType !== 'refresh_token') {
      throw new Refusal(400, 'unsupported_grant_type', `There is no grant type ${grantType}.`);
    }
    return answer(200, tokenAnswer(oauth, await refresh(oauth, client, parameters, c.env.delay)));
  });

  app.post('/revoke', async (c) => {
    const parameters = await readParameters(c.req.raw, settings.values.body);
    revoke(oauth, authenticateClient(oauth, c.req.raw.headers, parameters), parameters);
    return answer(200);
  });

  app.get('/userinfo', (c) => {
    const { sub, email, name } = accountOfBearer(oauth, c.req.raw.headers);
    return answer(200, { sub, email, name });
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
  app.onError((error) => {
    // Refusals are expected; any other exception is a bug in this fake and is logged.
    if (!(error instanceof Refusal)) throw error;
    const own = error.error === 'invalid_grant' ? settings.values.invalid_grant_fields : {};
    return answer(error.status, { error: error.error, error_description: error.message, ...own }, error.headers);
  });
  return app;
}

function answer(status: number, body?: object, headers: Readonly<Record<string, string>> = {}): Response {
  const noStore = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };
  if (body === undefined) return new Response(null, { status, headers: { ...noStore, ...headers } });
  const type = { 'Content-Type': 'application/json; charset=utf-8' };
  return new Response(JSON.stringify(body), { status, headers: { ...type, ...noStore, ...headers } });
}
