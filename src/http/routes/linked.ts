import type { OpenAPIHono } from '@hono/zod-openapi';
import { linkedPage } from '../linked-page.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { singleQuery } from '../single-query.ts';

/** Where browsers come back to for those who have no app yet. */
export const LINKED_PATH = '/linked';

/** The page to come back to that is built in. */
export function mountLinked(app: OpenAPIHono<HttpEnv>, { settings }: Pick<HttpServices, 'settings'>): void {
  app.get(LINKED_PATH, (context) => {
    const only = (name: string) => singleQuery(context, name);
    const [provider, code, error] = [only('evergrant_provider'), only('evergrant_code'), only('evergrant_error')];
    return linkedPage({ provider, code, error }, settings);
  });
}
