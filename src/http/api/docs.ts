import { jsonAnswer, pageAnswer } from '../response/answer.ts';
import { docsPage, docsStyle, type ApiDescription } from '../pages/docs/page.ts';
import type { Route } from '../endpoint.ts';

/**
 * The API's description for machines and for people. The page is plain HTML with no script, so that nothing of
 * another's runs on the origin that answers with tokens.
 */
export function docsRoutes(document: ApiDescription): Route[] {
  // Anybody may ask for these, so they are made once.
  const json = jsonAnswer(document);
  const page = pageAnswer(docsPage(document), 'text/html; charset=utf-8');
  const style = pageAnswer(docsStyle, 'text/css; charset=utf-8');
  return [
    { method: 'GET', path: '/openapi.json', endpoint: () => json },
    { method: 'GET', path: '/docs', endpoint: () => page },
    { method: 'GET', path: '/docs/style.css', endpoint: () => style },
  ];
}
