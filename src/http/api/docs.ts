import { jsonAnswer, pageAnswer } from '../response/answer.ts';
import { docsPage, docsStyle, type ApiDescription } from '../pages/docs/page.ts';
import type { Route } from '../endpoint.ts';

/**
 * The routes that describe the API to machines and people. The page is plain HTML without scripts, so that no
 * third-party code runs on the origin that returns tokens.
 */
export function docsRoutes(document: ApiDescription): Route[] {
  // These are public and never change, so they are rendered once.
  const json = jsonAnswer(document);
  const page = pageAnswer(docsPage(document), 'text/html; charset=utf-8');
  const style = pageAnswer(docsStyle, 'text/css; charset=utf-8');
  return [
    { method: 'GET', path: '/openapi.json', endpoint: () => json },
    { method: 'GET', path: '/docs', endpoint: () => page },
    { method: 'GET', path: '/docs/style.css', endpoint: () => style },
  ];
}
