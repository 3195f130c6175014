import type { OpenAPIHono } from '@hono/zod-openapi';
import { COMMON_HEADERS, jsonAnswers } from './answer.ts';
import { docsPage, docsStyle, type ApiDescription } from './docs-page.ts';
import type { HttpEnv } from './services.ts';

/**
 * The API's description for machines and for people. The page is plain HTML with no script, so that nothing of
 * another's runs on the origin that answers with tokens.
 */
export function mountDocs(app: OpenAPIHono<HttpEnv>, document: ApiDescription): void {
  // Anybody may ask for these, so they are made once.
  const json = jsonAnswers(document);
  const html = docsPage(document);
  app.get('/openapi.json', json);
  app.get('/docs', () => page(html, 'text/html; charset=utf-8'));
  app.get('/docs/style.css', () => page(docsStyle, 'text/css; charset=utf-8'));
}

function page(text: string, contentType: string): Response {
  const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";
  return new Response(text, {
    headers: { ...COMMON_HEADERS, 'content-type': contentType, 'content-security-policy': policy },
  });
}
