import { Hono } from 'hono';
import { redirect } from '../../../oauth/redirect-uri.ts';
import { permissionsOf } from '../../../oauth/scopes.ts';
import { consentPage } from '../../../page/consent-page.ts';
import { dismissalPage } from '../../../page/message-page.ts';
import type { Site } from '../../../page/page.ts';
import type { CalCom } from '../../cal-com.ts';
import { allow, deny, judgeRequest, refusedAt, type AuthorizationRequest } from '../../oauth/consent.ts';
import { OAuthRefusal } from '../../oauth/refusal.ts';
import { wordsOf } from '../../control/scope-words.ts';

const SITE: Site = { provider: 'Cal.com', account: 'Cal.com account' };
const PATH = '/auth/oauth2/authorize';
const PARAMETERS = ['client_id', 'redirect_uri', 'state', 'scope', 'code_challenge', 'code_challenge_method'];

/** `/auth/oauth2/authorize` of the app: the page where an account's owner grants or denies access to a third party. */
export function authorizeRoutes(cal: CalCom): Hono {
  const app = new Hono({ strict: false });

  app.get('/', (c) => {
    const request = readRequest(new URL(c.req.url).searchParams);
    const { client, redirectUri, scopes, refusal } = judgeRequest(cal, request);
    if (refusal !== undefined) return redirect(refusedAt(redirectUri, refusal, request));
    const choices = [...cal.world.users]
      .filter(({ clientId }) => clientId === null)
      .map(({ id, name, email }) => ({ value: String(id), name, detail: email }));
    return consentPage({
      site: SITE,
      clientName: client.name,
      permissions: permissionsOf(scopes, wordsOf),
      // Owners of clients come last, since tests rarely want to consent as one.
      choices: choices.toSorted((one, other) => Number(other.value) - Number(one.value)),
      field: 'account',
      action: PATH,
      parameters: request,
    });
  });

  app.post('/', async (c) => {
    const form = new URLSearchParams(await c.req.raw.text());
    const request = readRequest(form);
    const decision = form.get('decision');
    if (decision === 'deny') return redirect(deny(cal, request));
    const user = cal.world.user(Number(form.get('account')));
    if (decision !== 'allow' || user?.clientId !== null) {
      return dismissalPage(400, SITE, 'The form needs an account of its own list, and a decision: allow or deny.');
    }
    return redirect(allow(cal, request, user));
  });

  app.onError((error) => {
    if (error instanceof OAuthRefusal) return dismissalPage(error.status, SITE, `${error.error}: ${error.message}.`);
    throw error;
  });
  return app;
}

/** The parameters that the page knows, without empty ones. */
function readRequest(given: URLSearchParams): AuthorizationRequest {
  return Object.fromEntries(
    PARAMETERS.map((name) => [name, given.get(name) ?? ''] as const).filter(([, value]) => value !== ''),
  );
}
