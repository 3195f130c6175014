import { Hono } from 'hono';
import { authenticateClient } from '../../oauth/authenticate-client.ts';
import type { Cronofy } from '../../cronofy.ts';
import { jsonAnswer } from '../json-answer.ts';
import { readParameters, textOf, type Parameters } from '../../oauth/parameters.ts';
import type { Client } from '../../state/records.ts';
import { redeemCode } from '../../oauth/redeem-code.ts';
import { refresh } from '../../oauth/refresh.ts';
import { tokenError } from '../../oauth/refusal.ts';
import { revoke } from '../../oauth/revoke.ts';
import { tokenAnswer } from '../../oauth/tokens.ts';

/** `/oauth/token` and `/oauth/token/revoke`. */
export function oauthRoutes(cronofy: Cronofy): Hono {
  const app = new Hono({ strict: false });

  app.post('/token', async (c) => {
    const { client, parameters } = await readAuthenticated(cronofy, c.req.raw);
    const grantType = textOf(parameters, 'grant_type');
    if (grantType === 'authorization_code') return jsonAnswer(200, redeemCode(cronofy, client, parameters));
    if (grantType !== 'refresh_token') {
      throw tokenError(grantType === undefined ? 'invalid_request' : 'unsupported_grant_type');
    }
    const refreshToken = textOf(parameters, 'refresh_token');
    if (refreshToken === undefined) throw tokenError('invalid_request');
    return jsonAnswer(200, tokenAnswer(cronofy, refresh(cronofy, client, refreshToken)));
  });

  app.post('/token/revoke', async (c) => {
    const { client, parameters } = await readAuthenticated(cronofy, c.req.raw);
    revoke(cronofy, client, parameters);
    return jsonAnswer(200, null);
  });

  return app;
}

async function readAuthenticated(
  cronofy: Cronofy,
  request: Request,
): Promise<{ client: Client; parameters: Parameters }> {
  const parameters = await readParameters(request);
  if (parameters === undefined) throw tokenError('invalid_request');
  const client = authenticateClient(cronofy, parameters);
  if (client === undefined) throw tokenError('invalid_client');
  cronofy.limiter.count(client.id, cronofy.settings.values, cronofy.clock.now());
  return { client, parameters };
}
