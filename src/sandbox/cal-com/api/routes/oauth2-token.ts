import { Hono } from 'hono';
import { readBody } from '../body.ts';
import type { CalCom } from '../../cal-com.ts';
import { CalException } from '../exceptions.ts';
import { exchangeCode, refreshOAuth } from '../../oauth/exchange.ts';
import { OAuthRefusal } from '../../oauth/refusal.ts';
import { readTokenInput } from '../../oauth/token-input.ts';
import type { OAuthTokens } from '../../oauth/tokens.ts';

/** `POST /v2/auth/oauth2/token`: the newer token endpoint, whose responses have no envelope. */
export function oauth2TokenRoutes(cal: CalCom): Hono {
  const app = new Hono({ strict: false });

  app.post('/token', async (c) => {
    try {
      const input = readTokenInput(cal, await readBody(c.req.raw));
      const tokens = input.grant_type === 'refresh_token' ? refreshOAuth(cal, input) : exchangeCode(cal, input);
      return flat(200, tokenAnswer(cal, tokens));
    } catch (error) {
      if (error instanceof OAuthRefusal) {
        return flat(error.status, { error: error.error, error_description: error.message });
      }
      // Errors of the body parser never reach the endpoint, so they come in the usual envelope.
      if (error instanceof CalException) throw error;
      console.error(error);
      return flat(500, { error: 'server_error', error_description: 'An unexpected error occurred' });
    }
  });

  return app;
}

function tokenAnswer({ settings }: CalCom, { access, refresh }: OAuthTokens): object {
  const { oauth_access_ttl_seconds, oauth_scope_in_answer } = settings.values;
  return {
    access_token: access.value,
    token_type: 'bearer',
    refresh_token: refresh?.value,
    expires_in: oauth_access_ttl_seconds,
    scope: oauth_scope_in_answer ? access.scopes?.join(' ') : undefined,
  };
}

function flat(status: number, body: object): Response {
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
    ...(status === 200 ? {} : { 'X-Request-Id': 'unknown-request-id' }),
  };
  return new Response(JSON.stringify(body), { status, headers });
}
