import { Hono } from 'hono';
import { consentPage, type Choice } from '../../page/consent-page.ts';
import { formPostPage } from '../../page/form-post-page.ts';
import { dismissalPage } from '../../page/message-page.ts';
import type { Site } from '../../page/page.ts';
import { findOrAddAccount } from '../control/accounts.ts';
import { allow, judgeRequest, refuse, type AuthorizationRequest } from './consent.ts';
import type { OAuth2 } from '../oauth-2.ts';
import { redirect } from '../../oauth/redirect-uri.ts';
import { Refusal } from './refusal.ts';
import { wordsOf } from '../control/scope-words.ts';
import { permissionsOf, splitScope } from '../../oauth/scopes.ts';

const SITE: Site = { provider: 'OAuth 2 server', account: 'account' };
/** People who may consent without an account; consenting creates one. */
const PEOPLE = ['alice', 'bob'];
const MOST_CHOICES = 20;
const OWN_FIELDS = ['account', 'decision'];

/** `/authorize`: the page where an account's owner grants or denies access. */
export function authorizeRoutes(oauth: OAuth2): Hono {
  const app = new Hono({ strict: false });

  app.get('/', (c) => {
    const request = readRequest(new URL(c.req.url).searchParams);
    const asked = judgeRequest(oauth, request);
    if (asked.refusal !== undefined) {
      return sentBack(request, asked.redirectUri, refuse(oauth, asked, issuerOf(c.req.url)));
    }
    return consentPage({
      site: SITE,
      clientName: asked.client.name,
      permissions: permissionsOf(splitScope(asked.scope), wordsOf),
      choices: choices(oauth),
      field: 'account',
      action: '/authorize',
      parameters: Object.fromEntries([...request].map(([name, [value = '']]) => [name, value])),
    });
  });

  app.post('/', async (c) => {
    const form = new URLSearchParams(await c.req.raw.text());
    const request = readRequest(form);
    const asked = judgeRequest(oauth, request);
    const decision = form.get('decision');
    const sub = form.get('account') ?? '';
    const issuer = issuerOf(c.req.url);
    if (asked.refusal !== undefined || decision === 'deny') {
      return sentBack(request, asked.redirectUri, refuse(oauth, asked, issuer));
    }
    if (decision !== 'allow' || sub === '') {
      return dismissalPage(400, SITE, 'The form needs an account, and a decision: allow or deny.');
    }
    return sentBack(request, asked.redirectUri, allow(oauth, asked, findOrAddAccount(oauth, { sub }), issuer));
  });

  app.onError((error) => {
    if (error instanceof Refusal) return dismissalPage(error.status, SITE, error.message);
    throw error;
  });
  return app;
}

/** Sends a browser back in the way that the request asks for. */
function sentBack(request: AuthorizationRequest, redirectUri: string, bringing: string): Response {
  const isPosted = request.get('response_mode')?.[0] === 'form_post';
  return isPosted ? formPostPage(SITE, redirectUri, bringing) : redirect(bringing);
}

/** The server's issuer identifier: scheme, host and port of the request. */
export function issuerOf(url: string): string {
  return new URL(url).origin;
}

function readRequest(given: URLSearchParams): AuthorizationRequest {
  const pairs = [...given].filter(([name, value]) => value !== '' && !OWN_FIELDS.includes(name));
  return new Map([...Map.groupBy(pairs, ([name]) => name)].map(([name, found]) => [name, found.map(([, one]) => one)]));
}

function choices({ world }: OAuth2): Choice[] {
  const known = [...world.accounts].map(({ sub, name, email }) => ({ value: sub, name, detail: email }));
  const others = PEOPLE.filter((sub) => world.account(sub) === undefined);
  const unknown = others.map((sub) => ({ value: sub, name: sub, detail: `${sub}@example.com` }));
  return [...known, ...unknown].slice(0, MOST_CHOICES);
}
