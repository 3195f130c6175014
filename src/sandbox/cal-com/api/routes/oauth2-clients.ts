import { Hono } from 'hono';
import { authenticate } from '../authenticate.ts';
import type { CalCom } from '../../cal-com.ts';
import { success } from '../envelope.ts';
import { withTextAsDetails } from '../exceptions.ts';

/**
 * `GET /v2/auth/oauth2/clients/{clientId}`: what anybody who is authenticated may know of an OAuth client, but no third
 * party by a scoped token. Fields and their order are those of oauth2-client.output.ts of calcom/cal.com at 20ca3079,
 * read on 28 November 2026.
 */
export function oauth2ClientRoutes(cal: CalCom): Hono {
  const app = new Hono({ strict: false });

  app.get('/:clientId', (c) => {
    authenticate(cal, c.req.raw.headers);
    const client = cal.world.thirdPartyClients.get(c.req.param('clientId'));
    if (client === undefined) throw withTextAsDetails(404, 'HttpException', 'unauthorized_client');
    return success({
      client_id: client.id,
      redirect_uris: client.redirectUris,
      redirect_uri: client.redirectUris[0],
      name: client.name,
      logo: null,
      is_trusted: false,
      client_type: client.secret === null ? 'PUBLIC' : 'CONFIDENTIAL',
    });
  });

  return app;
}
