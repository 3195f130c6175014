import { pageAnswer } from '../response/answer.ts';
import { cardStyle } from './card-style.ts';
import type { Answer } from '../endpoint.ts';
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

/**
 * One card as a page without scripts.
 *
 * @param publicUrl where browsers reach us
 */
export function cardPage({ status, provider, title, body, width = 'narrow' }: CardPage, publicUrl: string): Answer {
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
  return pageAnswer(page.toString(), 'text/html; charset=utf-8', status);
}

/** The look of {@link cardPage}. */
export function pageStyle(): Answer {
  return pageAnswer(cardStyle, 'text/css; charset=utf-8');
}
