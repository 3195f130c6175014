import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { judgeAuthorizationRequest } from '../authorization-request.ts';
import { accountToLinkTo, allow, deny } from '../consent.ts';
import type { Cronofy } from '../cronofy.ts';
import { htmlAnswer } from '../html-answer.ts';
import { consentPage, messagePage, relinkPage } from '../pages.ts';

/** Holds the account that this browser used last. */
const COOKIE = 'sandbox_cronofy_account';
/** More would not be a choice any more; any other can still be posted. */
const MOST_PROFILES = 50;

/** What a person sees in the browser: `/oauth/authorize`, and the page that connects a profile anew. */
export function pageRoutes(cronofy: Cronofy): Hono {
  const app = new Hono({ strict: false });

  app.on(['GET', 'POST'], '/oauth/authorize', async (c) => {
    const judgement = judgeAuthorizationRequest(cronofy, new URL(c.req.url).searchParams);
    if ('tell' in judgement) return htmlAnswer(400, await messagePage('This link does not work', judgement.tell));
    if ('sendTo' in judgement) return c.redirect(judgement.sendTo);
    const { request } = judgement;
    const browserSub = getCookie(c, COOKIE);
    if (c.req.method === 'GET') {
      const profiles = [...cronofy.world.profiles.take(MOST_PROFILES)];
      return htmlAnswer(200, await consentPage(request, profiles, accountToLinkTo(cronofy, request, browserSub)));
    }

    const form = new URLSearchParams(await c.req.text());
    if (form.get('decision') === 'deny') return c.redirect(deny(request));
    const profile = cronofy.world.profile(form.get('profile_id') ?? '');
    if (form.get('decision') !== 'allow' || profile === undefined || profile.providerName === 'cronofy') {
      return htmlAnswer(400, await messagePage('Nothing was chosen', 'Go back and choose a calendar account.'));
    }
    const { location, sub } = allow(cronofy, request, profile, browserSub);
    if (!request.avoidLinking) setCookie(c, COOKIE, sub, { path: '/oauth', httpOnly: true, sameSite: 'Lax' });
    return c.redirect(location);
  });

  app.on(['GET', 'POST'], '/relink/:profileId', async (c) => {
    const profile = cronofy.world.profile(c.req.param('profileId'));
    if (profile === undefined) {
      return htmlAnswer(404, await messagePage('This link does not work', 'There is no such calendar account.'));
    }
    if (c.req.method === 'POST') cronofy.world.setConnected(profile, true);
    return htmlAnswer(200, await relinkPage(profile));
  });

  return app;
}
