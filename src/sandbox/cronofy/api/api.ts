import { Hono } from 'hono';
import type { Cronofy } from '../cronofy.ts';
import { jsonAnswer } from './json-answer.ts';
import { Refusal } from '../oauth/refusal.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { pageRoutes } from './routes/pages.ts';
import { v1Routes } from './routes/v1.ts';

/** The endpoints of `app.cronofy.com` and `api.cronofy.com`, at one address. */
export function cronofyApi(cronofy: Cronofy): Hono {
  const app = new Hono({ strict: false });
  app.route('/', pageRoutes(cronofy));
  app.route('/oauth', oauthRoutes(cronofy));
  app.route('/v1', v1Routes(cronofy));
  app.notFound(() => jsonAnswer(404, { error: 'not_found', message: 'The Cronofy sandbox has no such endpoint.' }));
  app.onError((error) => {
    // Refusals are expected; any other exception is a bug in this fake and is logged.
    if (!(error instanceof Refusal)) throw error;
    return jsonAnswer(error.status, error.body, error.headers);
  });
  return app;
}
