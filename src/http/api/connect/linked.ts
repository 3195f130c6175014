import type { Endpoint, Route } from '../../endpoint.ts';
import { linkedPage } from '../../pages/linked.ts';
import type { HttpServices } from '../../services.ts';
import { singleQuery } from '../../request/single-query.ts';

/** Where browsers come back to for those who have no app yet. */
const LINKED_PATH = '/linked';

/** The page to come back to that is built in. */
export function linkedRoutes({ settings }: Pick<HttpServices, 'settings'>): Route[] {
  const endpoint: Endpoint = (call) => {
    const only = (name: string) => singleQuery(call, name);
    const [provider, code, error] = [only('evergrant_provider'), only('evergrant_code'), only('evergrant_error')];
    return linkedPage({ provider, code, error }, settings);
  };
  return [{ method: 'GET', path: LINKED_PATH, endpoint }];
}
