import { Hono } from 'hono';
import { authenticate } from '../authenticate.ts';
import type { CalCom } from '../../cal-com.ts';
import { success } from '../envelope.ts';
import { bareUnauthorized } from '../exceptions.ts';

/** `/v2/provider/{clientId}`: the first requests of a page with Atoms. */
export function providerRoutes(cal: CalCom): Hono {
  const app = new Hono({ strict: false });

  app.get('/:clientId', (c) => {
    const client = cal.world.clients.get(c.req.param('clientId'));
    if (client === undefined) throw bareUnauthorized();
    return success({ clientId: client.id, organizationId: client.organizationId, name: client.name });
  });

  // Any client's token is accepted, a third party's too: the client in the path is not compared with the token's.
  app.get('/:clientId/access-token', (c) => {
    authenticate(cal, c.req.raw.headers, { clientId: c.req.param('clientId'), scopes: [] });
    return success();
  });

  return app;
}
