import type { OpenAPIHono } from '@hono/zod-openapi';
import { docsPage, docsStyle, type ApiDescription } from './docs-page.ts';
import type { HttpEnv } from './services.ts';

/**
 * The API's description for machines and for people. The page is plain HTML with no script, so that nothing of
 * another's runs on the origin that answers with tokens.
 */
export function mountDocs(app: OpenAPIHono<HttpEnv>, document: ApiDescription): void {
  app.get('/openapi.json', (context) => context.json(document));
  app.get('/docs', (context) => {
    context.header(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    return context.html(docsPage(document));
  });
  app.get('/docs/style.css', (context) => {
    context.header('Content-Type', 'text/css; charset=utf-8');
    return context.body(docsStyle);
  });
}
