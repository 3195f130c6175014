import type { OpenAPIHono } from '@hono/zod-openapi';
import { COMMON_HEADERS } from '../answer.ts';
import type { HttpEnv, HttpServices } from '../services.ts';

/** Whoever types the address alone is shown what is served. */
export function mountHome(app: OpenAPIHono<HttpEnv>, { settings }: Pick<HttpServices, 'settings'>): void {
  app.get(
    '/',
    () => new Response(null, { status: 302, headers: { ...COMMON_HEADERS, location: `${settings.publicUrl}/docs` } }),
  );
}
