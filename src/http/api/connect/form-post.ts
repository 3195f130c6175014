import { COMMON_HEADERS } from '../../response/answer.ts';
import type { Endpoint, Route } from '../../endpoint.ts';
import type { HttpServices } from '../../services.ts';
import { CONNECT_PATH } from './start-link.ts';

/** What a provider sends back with a browser (RFC 6749 section 4.1.2, RFC 9207), by any response mode. */
const PARAMETERS = ['code', 'state', 'error', 'error_description', 'error_uri', 'iss'];

/**
 * The route for providers that post the browser back (`response_mode=form_post`). A form that another site posts brings no
 * `Lax` cookie, so the browser is told to come again by GET, which brings it: nothing is done here without the cookie,
 * and the cookie of every other flow stays as strict as it is. The code is in an address for that moment, as it is
 * in the usual mode, and no log has it.
 */
export function formPostRoutes({ linking, settings }: Pick<HttpServices, 'linking' | 'settings'>): Route[] {
  const endpoint: Endpoint = async (call) => {
    const provider = call.parameters['provider'] ?? '';
    const names = [...PARAMETERS, ...linking.callbackParameters(provider)];
    const sent = [...new URLSearchParams(await call.body())].filter(([name]) => names.includes(name));
    const location = `${settings.publicUrl}${CONNECT_PATH}/${encodeURIComponent(provider)}/callback`;
    const query = new URLSearchParams(sent).toString();
    return { status: 303, headers: { ...COMMON_HEADERS, location: `${location}?${query}` }, body: '' };
  };
  return [{ method: 'POST', path: `${CONNECT_PATH}/:provider/callback`, endpoint }];
}
