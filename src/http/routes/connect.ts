import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { LinkError } from '../../grants/link-error.ts';
import { Secret } from '../../secret.ts';
import { COMMON_HEADERS } from '../answer.ts';
import { CONNECT_PATH } from '../begin-link.ts';
import { PAGE_STYLE_PATH, pageStyle } from '../card-page.ts';
import { LinkCookie } from '../link-cookie.ts';
import { linkTitle } from '../link-title.ts';
import { messagePage } from '../message-page.ts';
import { problemOf } from '../problem-of.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { singleQuery } from '../single-query.ts';

/** Where browsers pass through on their way to a provider and back. */
export function mountConnect(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { linking, settings } = services;
  const cookie = new LinkCookie(settings.publicUrl);

  app.get(PAGE_STYLE_PATH, pageStyle);

  app.get(`${CONNECT_PATH}/:ticket`, (context) =>
    orMessage(services, context, async () => {
      const known = cookie.read(context.req.header('cookie'));
      const { pageUrl, browser } = await linking.depart(new Secret(context.req.param('ticket')), known);
      return redirect(pageUrl, { 'set-cookie': cookie.header(browser) });
    }),
  );

  app.get(`${CONNECT_PATH}/:provider/callback`, (context) =>
    orMessage(services, context, async () => {
      const provider = context.req.param('provider');
      const only = (name: string) => singleQuery(context, name);
      const [state, code] = [only('state'), only('code')];
      const browser = cookie.read(context.req.header('cookie'));
      if (state === undefined || browser === undefined || !settings.linkable.includes(provider)) {
        throw new LinkError('link_expired');
      }
      const { returnTo, code: completion } = await linking.receive({
        provider,
        state: new Secret(state),
        browser,
        code: code === undefined ? undefined : new Secret(code),
        error: only('error'),
        issuer: only('iss'),
      });
      return redirect(back(returnTo, { evergrant_code: completion.reveal(), evergrant_provider: provider }));
    }),
  );
}

function back(returnTo: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(returnTo);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

function redirect(location: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 302, headers: { ...COMMON_HEADERS, ...headers, location } });
}

/** A person has come by a link: whatever goes wrong, they are told so on a page. */
async function orMessage(
  { logger, settings }: HttpServices,
  context: Context,
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    const { linkable, titles, publicUrl, returnUrls } = settings;
    const name = linkable.find((each) => each === context.req.param('provider'));
    const provider = name === undefined ? undefined : titles.get(name);
    const wayBack = (returnTo: string | undefined, why: Readonly<Record<string, string>>) =>
      returnTo === undefined ? undefined : { label: 'Back to the app', url: back(returnTo, why) };
    if (error instanceof LinkError) {
      const { code, message: text, returnTo = returnUrls[0] } = error;
      const why = { evergrant_error: code, ...(name === undefined ? {} : { evergrant_provider: name }) };
      const next = wayBack(returnTo, why);
      return messagePage({ status: 400, provider, title: linkTitle(code, provider), text, next }, publicUrl);
    }
    const { status, code, message, cause } = problemOf(error);
    // The path holds what must not be read.
    logger.error({ err: cause ?? error, code, method: context.req.method }, message);
    const next = wayBack(returnUrls[0], {});
    return messagePage({ status, provider, title: 'This did not work', text: message, next }, publicUrl);
  }
}
