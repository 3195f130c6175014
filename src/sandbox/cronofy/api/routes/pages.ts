import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { judgeAuthorizationRequest } from '../../oauth/authorization-request.ts';
import { accountToLinkTo, allow, deny } from '../../oauth/consent.ts';
import type { Cronofy } from '../../cronofy.ts';
import { consentPage, messagePage, relinkPage } from '../pages.ts';

/** Holds the account that this browser used last. */
const COOKIE = 'sandbox_cronofy_account';

/** The pages in the browser: `/oauth/authorize`, and the one that reconnects a profile. */
export function pageRoutes(cronofy: Cronofy): Hono {
  const app = new Hono({ strict: false });

  app.on(['GET', 'POST'], '/oauth/authorize', async (c) => {
    const judgement = judgeAuthorizationRequest(cronofy, new URL(c.req.url).searchParams);
    if ('tell' in judgement) return messagePage(400, { title: 'This link does not work', text: judgement.tell });
    if ('sendTo' in judgement) return c.redirect(judgement.sendTo);
    const { request } = judgement;
    const browserSub = getCookie(c, COOKIE);
    if (c.req.method === 'GET') return consentPage(cronofy, request, accountToLinkTo(cronofy, request, browserSub));

    const form = new URLSearchParams(await c.req.text());
    if (form.get('decision') === 'deny') return c.redirect(deny(request));
    const profile = cronofy.world.profile(form.get('profile_id') ?? '');
    if (form.get('decision') !== 'allow' || profile === undefined || profile.providerName === 'cronofy') {
      return messagePage(400, { title: 'Nothing was chosen', text: 'Go back and choose a calendar account.' });
    }
    const { location, sub } = allow(cronofy, request, profile, browserSub);
    if (!request.avoidLinking) setCookie(c, COOKIE, sub, { path: '/oauth', httpOnly: true, sameSite: 'Lax' });
    return c.redirect(location);
  });

  app.on(['GET', 'POST'], '/relink/:profileId', (c) => {
    const profile = cronofy.world.profile(c.req.param('profileId'));
    if (profile === undefined) {
      return messagePage(404, { title: 'This link does not work', text: 'There is no such calendar account.' });
    }
    if (c.req.method === 'POST') cronofy.world.setConnected(profile, true);
    return relinkPage(profile);
  });

  return app;
}
