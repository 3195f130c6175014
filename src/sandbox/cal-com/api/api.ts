import { Hono } from 'hono';
import type { CalCom } from '../cal-com.ts';
import { COMMON_HEADERS, preflight } from './cors.ts';
import { failure } from './envelope.ts';
import { CalException, databaseErrors, notFound } from './exceptions.ts';
import type { RateLimiter } from './rate-limit.ts';
import { appOAuthRoutes } from './routes/app-oauth.ts';
import { atomsRoutes } from './routes/atoms.ts';
import { authorizeRoutes } from './routes/authorize.ts';
import { bookingRoutes } from './routes/bookings.ts';
import { calendarRoutes } from './routes/calendars.ts';
import { integrationRoutes } from './routes/integrations.ts';
import { managedUserRoutes } from './routes/managed-users.ts';
import { meRoutes } from './routes/me.ts';
import { oauth2ClientRoutes } from './routes/oauth2-clients.ts';
import { oauth2TokenRoutes } from './routes/oauth2-token.ts';
import { oauthFlowRoutes } from './routes/oauth-flow.ts';
import { ownListRoutes } from './routes/own-lists.ts';
import { providerRoutes } from './routes/provider.ts';
import { timeZoneRoutes } from './routes/time-zones.ts';

/** Request data that only the listener knows. */
export interface ApiEnv {
  Bindings: { address: string };
}

/**
 * Cal.com's API v2 with CORS, rate limit and error envelope, and the app's OAuth endpoints. At Cal.com the app has
 * another host and none of these three.
 */
export function apiV2(cal: CalCom, limiter: RateLimiter): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>({ strict: false });

  app.route('/auth/oauth2/authorize', authorizeRoutes(cal));
  app.route('/api/auth/oauth', appOAuthRoutes(cal));
  app.route('/api/integrations', integrationRoutes(cal));

  app.use(async (c, next) => {
    if (c.req.method === 'OPTIONS') return preflight();
    const { headers, refusal } = limiter.count(
      c.req.raw.headers,
      c.env.address,
      cal.settings.values.rate_limit_per_minute,
      cal.clock.now(),
    );
    if (refusal === undefined) await next();
    else c.res = failure(refusal, c.req.raw, cal.clock.now());
    for (const [name, value] of Object.entries({ ...COMMON_HEADERS, ...headers })) c.res.headers.set(name, value);
    return undefined;
  });

  app.route('/v2/oauth-clients', managedUserRoutes(cal));
  app.route('/v2/auth/oauth2/clients', oauth2ClientRoutes(cal));
  app.route('/v2/auth/oauth2', oauth2TokenRoutes(cal));
  app.route('/v2/oauth', oauthFlowRoutes(cal));
  app.route('/v2/provider', providerRoutes(cal));
  app.route('/v2/me', meRoutes(cal));
  app.route('/v2/atoms', atomsRoutes(cal));
  app.route('/v2/calendars', calendarRoutes(cal));
  app.route('/v2', bookingRoutes(cal));
  app.route('/v2', ownListRoutes(cal));
  app.route('/v2/timezones', timeZoneRoutes());

  app.notFound((c) => {
    const { pathname, search } = new URL(c.req.url);
    return failure(notFound(`Cannot ${c.req.method} ${pathname}${search}`), c.req.raw, cal.clock.now());
  });
  app.onError((error, c) => {
    const exception = error instanceof CalException ? error : databaseErrors.other();
    // Refusals are expected; any other exception is a bug in this fake and is logged.
    if (exception !== error) console.error(error);
    return failure(exception, c.req.raw, cal.clock.now());
  });
  return app;
}
