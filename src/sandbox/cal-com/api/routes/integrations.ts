import { Hono } from 'hono';
import type { CalCom } from '../../cal-com.ts';
import { userOfAppToken } from '../../oauth/bearer.ts';

/**
 * `GET /api/integrations/zapier/listBookings` of the app, which the older guide to OAuth gives as its example of an
 * endpoint that takes an API key or a bearer token. There are never bookings. From
 * packages/app-store/zapier/api/subscriptions/listBookings.ts and lib/validateAccountOrApiKey.ts of calcom/cal.com, read on
 * 28 November 2026.
 */
export function integrationRoutes(cal: CalCom): Hono {
  const app = new Hono({ strict: false });

  app.get('/zapier/listBookings', (c) => {
    const apiKey = c.req.query('apiKey') ?? '';
    if (apiKey !== '') {
      return cal.world.apiKeys.has(apiKey) ? Response.json([], { status: 201 }) : refused('API key not valid');
    }
    const user = userOfAppToken(cal, c.req.raw.headers.get('authorization'), 'READ_BOOKING');
    return user === undefined ? refused('Unauthorized') : Response.json([], { status: 201 });
  });

  return app;
}

function refused(message: string): Response {
  return Response.json({ message }, { status: 401 });
}
