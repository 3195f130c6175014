import { Hono } from 'hono';
import type { Cronofy } from '../cronofy.ts';
import { jsonAnswer } from './json-answer.ts';
import { Refusal } from '../oauth/refusal.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { pageRoutes } from './routes/pages.ts';
import { v1Routes } from './routes/v1.ts';

/** What Cronofy has at `app.cronofy.com` and at `api.cronofy.com`, both at one address. */
export function cronofyApi(cronofy: Cronofy): Hono {
  const app = new Hono({ strict: false });
  app.route('/', pageRoutes(cronofy));
  app.route('/oauth', oauthRoutes(cronofy));
  app.route('/v1', v1Routes(cronofy));
  app.notFound(() => jsonAnswer(404, { error: 'not_found', message: 'The Cronofy sandbox has no such endpoint.' }));
  app.onError((error) => {
    // A refusal is part of the play; anything else is a defect of this fake and must not go unseen.
    if (!(error instanceof Refusal)) throw error;
    return jsonAnswer(error.status, error.body, error.headers);
  });
  return app;
}
