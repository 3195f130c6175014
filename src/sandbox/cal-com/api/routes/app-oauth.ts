import { Hono } from 'hono';
import type { CalCom } from '../../cal-com.ts';
import { userOfAppToken } from '../../oauth/bearer.ts';
import { exchangeCode, refreshOAuth } from '../../oauth/exchange.ts';
import { OAuthRefusal } from '../../oauth/refusal.ts';
import type { OAuthTokens } from '../../oauth/tokens.ts';

const NO_STORE = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };

/** `/api/auth/oauth` of the app: the older token endpoints. The settings `oauth_app_*` choose how they behave. */
export function appOAuthRoutes(cal: CalCom): Hono {
  const app = new Hono({ strict: false });
  const { settings } = cal;

  app.post('/token', async (c) => {
    const form = await readForm(c.req.raw);
    if (form.grant_type !== 'authorization_code') return refused(cal, 400, 'invalid_request', 'grant_type invalid');
    const { client_id = '', client_secret, code = '', redirect_uri = '', code_verifier } = form;
    if (!isOld(cal) && [client_id, code, redirect_uri].includes('')) return refused(cal, 400, 'invalid_request', '');
    return answered(cal, () => exchangeCode(cal, { client_id, client_secret, code, redirect_uri, code_verifier }));
  });

  app.post('/refreshToken', async (c) => {
    const { client_id, client_secret, grant_type, refresh_token } = await readForm(c.req.raw);
    if (client_id === undefined || (isOld(cal) && client_secret === undefined)) {
      return refused(cal, 400, 'invalid_request', 'Missing client id or secret');
    }
    if (grant_type !== 'refresh_token') return refused(cal, 400, 'invalid_request', 'grant type invalid');
    const inHeader = secondWord(c.req.raw.headers.get('authorization'));
    const inBody = settings.values.oauth_app_refresh_token_in === 'header' ? undefined : refresh_token;
    const given = { client_id, client_secret, refresh_token: inBody ?? inHeader };
    return answered(cal, () => refreshOAuth(cal, given, settings.values.oauth_app_answer === 'full'));
  });

  app.on(['GET', 'POST'], '/me', (c) => {
    const user = userOfAppToken(cal, c.req.raw.headers.get('authorization'), 'READ_PROFILE');
    if (user === undefined) return Response.json({ message: 'Unauthorized' }, { status: 401 });
    return Response.json({ username: user.username }, { status: 201 });
  });

  return app;
}

/** The fields of a form, without empty ones. Other bodies have none. */
async function readForm(request: Request): Promise<Readonly<Record<string, string | undefined>>> {
  const form = new URLSearchParams(await request.text());
  return Object.fromEntries([...form].filter(([, value]) => value !== ''));
}

function secondWord(header: string | null): string {
  return header?.split(' ')[1] ?? '';
}

function answered(cal: CalCom, exchange: () => OAuthTokens): Response {
  let tokens: OAuthTokens;
  try {
    tokens = exchange();
  } catch (error) {
    if (error instanceof OAuthRefusal)
      return refused(cal, isOld(cal) ? 401 : error.status, error.error, 'Unauthorized');
    throw error;
  }
  const { access, refresh } = tokens;
  const { oauth_app_answer, oauth_access_ttl_seconds } = cal.settings.values;
  const isFull = oauth_app_answer === 'full';
  const body = {
    access_token: access.value,
    token_type: isFull ? 'bearer' : undefined,
    refresh_token: refresh?.value,
    expires_in: isFull ? oauth_access_ttl_seconds : undefined,
  };
  const headers = { 'Content-Type': 'application/json;charset=UTF-8', ...(isFull ? NO_STORE : {}) };
  return Response.json(body, { headers });
}

/** A refusal in either form: newer versions send a code, older ones a message. */
function refused(cal: CalCom, status: number, error: string, message: string): Response {
  return Response.json(isOld(cal) ? { message } : { error }, { status });
}

function isOld({ settings }: CalCom): boolean {
  return settings.values.oauth_app_errors === 'messages';
}
