import type { Endpoint, Route } from '../../endpoint.ts';
import { linkedPage } from '../../pages/linked.ts';
import type { HttpServices } from '../../services.ts';
import { singleQuery } from '../../request/query.ts';

/** The page that browsers return to if there is no app yet. */
const LINKED_PATH = '/linked';

/** The route of the built-in page to return to. */
export function linkedRoutes({ settings }: Pick<HttpServices, 'settings'>): Route[] {
  const endpoint: Endpoint = (call) => {
    const only = (name: string) => singleQuery(call, name);
    const [provider, code, error] = [only('evergrant_provider'), only('evergrant_code'), only('evergrant_error')];
    return linkedPage({ provider, code, error }, settings);
  };
  return [{ method: 'GET', path: LINKED_PATH, endpoint }];
}
