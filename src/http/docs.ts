import type { OpenAPIHono } from '@hono/zod-openapi';
import { COMMON_HEADERS, jsonAnswer } from './answer.ts';
import { docsPage, docsStyle, type ApiDescription } from './docs-page.ts';
import type { HttpEnv } from './services.ts';

/**
 * The API's description for machines and for people. The page is plain HTML with no script, so that nothing of
 * another's runs on the origin that answers with tokens.
 */
export function mountDocs(app: OpenAPIHono<HttpEnv>, document: ApiDescription): void {
  app.get('/openapi.json', () => jsonAnswer(document));
  app.get('/docs', () => page(docsPage(document), 'text/html; charset=utf-8'));
  app.get('/docs/style.css', () => page(docsStyle, 'text/css; charset=utf-8'));
}

function page(text: string, contentType: string): Response {
  const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";
  return new Response(text, {
    headers: { ...COMMON_HEADERS, 'content-type': contentType, 'content-security-policy': policy },
  });
}
