import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { LinkError, type LinkErrorCode } from '../../grants/link-error.ts';
import { Secret } from '../../secret.ts';
import { COMMON_HEADERS } from '../answer.ts';
import { CONNECT_PATH } from '../begin-link.ts';
import { LinkCookie } from '../link-cookie.ts';
import { messagePage, messageStyle, MESSAGE_STYLE_PATH } from '../message-page.ts';
import { problemOf } from '../problem-of.ts';
import type { HttpEnv, HttpServices } from '../services.ts';

const TITLES: Readonly<Partial<Record<LinkErrorCode, string>>> = {
  link_expired: 'This link is over',
  access_denied: 'Nothing was linked',
  provider_refused: 'Nothing was linked',
};

/** Where browsers pass through on their way to a provider and back. */
export function mountConnect(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { linking, settings } = services;
  const cookie = new LinkCookie(settings.publicUrl);

  app.get(MESSAGE_STYLE_PATH, messageStyle);

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
      const only = (name: string) => single(context, name);
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

/** A parameter that is there once; to choose among several would be a guess (RFC 6749 section 3.1). */
function single(context: Context, name: string): string | undefined {
  const values = context.req.queries(name) ?? [];
  return values.length === 1 && values[0] !== '' ? values[0] : undefined;
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
    if (error instanceof LinkError) {
      const { code, message, returnTo = settings.returnUrls[0] } = error;
      const provider = settings.linkable.find((name) => name === context.req.param('provider'));
      const why = { evergrant_error: code, ...(provider === undefined ? {} : { evergrant_provider: provider }) };
      const next = returnTo === undefined ? {} : { next: { label: 'Back to the app', url: back(returnTo, why) } };
      return messagePage(
        { status: 400, title: TITLES[code] ?? 'Nothing was linked', text: message, ...next },
        settings.publicUrl,
      );
    }
    const { status, code, message, cause } = problemOf(error);
    // The path holds what must not be read.
    logger.error({ err: cause ?? error, code, method: context.req.method }, message);
    return messagePage({ status, title: 'Something went wrong', text: message }, settings.publicUrl);
  }
}
