import { Hono } from 'hono';
import { authenticate } from '../authenticate.ts';
import type { CalCom } from '../../cal-com.ts';
import { success } from '../envelope.ts';

/** Lists by their scopes, from the table at cal.com/docs/api-reference/v2/oauth, stored in August 2026. */
const LISTS: Readonly<Record<string, string>> = {
  '/webhooks': 'WEBHOOK_READ',
  '/verified-resources/emails': 'VERIFIED_RESOURCES_READ',
  '/verified-resources/phones': 'VERIFIED_RESOURCES_READ',
};

/** Lists of what a user has, which are always empty: they tell which scopes a token has. */
export function ownListRoutes(cal: CalCom): Hono {
  const app = new Hono({ strict: false });
  for (const [path, scope] of Object.entries(LISTS)) {
    app.get(path, (c) => {
      authenticate(cal, c.req.raw.headers, { scopes: [scope] });
      return success([]);
    });
  }
  return app;
}
