import { COMMON_HEADERS } from './answer.ts';
import { cardStyle } from './card-style.ts';
import { markup, type Child } from './markup.ts';
import { pageHead } from './page-head.ts';

/** What a page is made of. */
export interface CardPage {
  readonly status: number;
  /** As people call it; undefined where the page is about none. */
  readonly provider?: string | undefined;
  readonly title: string;
  /** What stands below the title. */
  readonly body: Child;
  /** `wide` where there are lines to paste. */
  readonly width?: 'narrow' | 'wide';
}

/** Where {@link pageStyle} is served. */
export const PAGE_STYLE_PATH = '/connect/style.css';

const POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * One card as a page without scripts.
 *
 * @param publicUrl where browsers reach us
 */
export function cardPage({ status, provider, title, body, width = 'narrow' }: CardPage, publicUrl: string): Response {
  const page = markup`<!doctype html>
<html lang="en">
  <head>
    ${pageHead(`${title} · Evergrant`, publicUrl + PAGE_STYLE_PATH)}
  </head>
  <body>
    <main class="${width}">
      <header><span class="brand">Evergrant</span>${provider !== undefined && markup` <span>${provider}</span>`}</header>
      <h1>${title}</h1>
      ${body}
    </main>
  </body>
</html>
`;
  return answer(page.toString(), 'text/html; charset=utf-8', status);
}

/** The look of {@link cardPage}. */
export function pageStyle(): Response {
  return answer(cardStyle, 'text/css; charset=utf-8', 200);
}

function answer(text: string, contentType: string, status: number): Response {
  const headers = { ...COMMON_HEADERS, 'content-type': contentType, 'content-security-policy': POLICY };
  return new Response(text, { status, headers });
}
