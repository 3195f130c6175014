import { Hono } from 'hono';
import { tokenAnswer } from '../answers.ts';
import { authenticate } from '../authenticate.ts';
import { readBody } from '../body.ts';
import type { CalCom } from '../../cal-com.ts';
import { success } from '../envelope.ts';
import { badRequest } from '../exceptions.ts';
import { isString } from '../rules.ts';
import { refresh } from '../tokens.ts';
import { validate } from '../validate.ts';

const refreshFields = { refreshToken: { rules: [isString] } };

/** `/v2/oauth/{clientId}`: refreshes a managed user's tokens. */
export function oauthFlowRoutes(cal: CalCom): Hono {
  const app = new Hono({ strict: false });

  app.post('/:clientId/refresh', async (c) => {
    const body = await readBody(c.req.raw);
    const clientId = c.req.param('clientId');
    const { client, method } = authenticate(cal, c.req.raw.headers, { clientId });
    const { refreshToken } = validate(refreshFields, body);
    // A bearer token passes the guard too, but leaves no secret to find the client by.
    if (method !== 'client_secret' || client === undefined) throw badRequest('Invalid OAuthClient credentials.');
    return success(tokenAnswer(refresh(cal, client, String(refreshToken))));
  });

  return app;
}
