import { LinkError } from '../../../grants/linking/link-error.ts';
import { Secret } from '../../../secret.ts';
import { redirect } from '../../response/answer.ts';
import { formPostRoutes } from './form-post.ts';
import { CONNECT_PATH } from './start-link.ts';
import { PAGE_STYLE_PATH, pageStyle } from '../../pages/card.ts';
import type { Answer, Call, Endpoint, Route } from '../../endpoint.ts';
import { LinkCookie } from './link-cookie.ts';
import { linkTitle } from '../../pages/link-title.ts';
import { messagePage } from '../../pages/message.ts';
import { toProblem } from '../../response/to-problem.ts';
import type { HttpServices } from '../../services.ts';
import { singleQuery } from '../../request/query.ts';

/** The routes that browsers visit on the way to a provider and back. */
export function connectRoutes(services: HttpServices): Route[] {
  const { linking, settings } = services;
  const cookie = new LinkCookie(settings.publicUrl);

  const departure: Endpoint = (call) =>
    orMessage(services, call, async () => {
      const known = cookie.read(call.header('cookie'));
      const { pageUrl, browser } = await linking.startAuthorization(new Secret(call.parameters['ticket'] ?? ''), known);
      return redirect(pageUrl, { 'set-cookie': cookie.header(browser) });
    });

  const callback: Endpoint = (call) =>
    orMessage(services, call, async () => {
      const provider = call.parameters['provider'] ?? '';
      const only = (name: string) => singleQuery(call, name);
      const [state, code] = [only('state'), only('code')];
      const browser = cookie.read(call.header('cookie'));
      if (browser === undefined || !settings.linkable.includes(provider)) {
        throw new LinkError('link_expired');
      }
      const { returnTo, code: completion } = await linking.handleCallback({
        provider,
        state: state === undefined ? undefined : new Secret(state),
        browser,
        code: code === undefined ? undefined : new Secret(code),
        error: only('error'),
        description: only('error_description'),
        issuer: only('iss'),
        parameter: only,
      });
      return redirect(back(returnTo, { evergrant_code: completion.reveal(), evergrant_provider: provider }));
    });

  return [
    { method: 'GET', path: PAGE_STYLE_PATH, endpoint: pageStyle },
    { method: 'GET', path: `${CONNECT_PATH}/:ticket`, endpoint: departure },
    { method: 'GET', path: `${CONNECT_PATH}/:provider/callback`, endpoint: callback },
    ...formPostRoutes(services),
  ];
}

function back(returnTo: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(returnTo);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Shows failures on a page, since the caller is a person who followed a link. */
async function orMessage({ logger, settings }: HttpServices, call: Call, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    const { linkable, titles, publicUrl, returnUrls } = settings;
    const name = linkable.find((each) => each === call.parameters['provider']);
    const provider = name === undefined ? undefined : titles.get(name);
    const wayBack = (returnTo: string | undefined, why: Readonly<Record<string, string>>) =>
      returnTo === undefined ? undefined : { label: 'Back to the app', url: back(returnTo, why) };
    if (error instanceof LinkError) {
      const { code, message: text, returnTo = returnUrls[0] } = error;
      const why = { evergrant_error: code, ...(name === undefined ? {} : { evergrant_provider: name }) };
      const next = wayBack(returnTo, why);
      return messagePage({ status: 400, provider, title: linkTitle(code, provider), text, next }, publicUrl);
    }
    const { status, code, message, cause } = toProblem(error);
    // The path holds a secret, so it is not logged.
    logger.error({ err: cause ?? error, code, method: call.method }, message);
    const next = wayBack(returnUrls[0], {});
    return messagePage({ status, provider, title: 'This did not work', text: message, next }, publicUrl);
  }
}
