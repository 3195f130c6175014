import { pageAnswer } from '../response/answer.ts';
import { cardStyle } from './card-style.ts';
import type { Answer } from '../endpoint.ts';
import { markup, type Child } from './markup.ts';
import { pageHead } from './page-head.ts';

/** The content of a card page. */
export interface CardPage {
  readonly status: number;
  /** The provider's display name; undefined if the page is not about one. */
  readonly provider?: string | undefined;
  readonly title: string;
  /** The content below the title. */
  readonly body: Child;
  /** `wide` if there are commands to paste. */
  readonly width?: 'narrow' | 'wide';
}

/** The path that serves {@link pageStyle}. */
export const PAGE_STYLE_PATH = '/connect/style.css';

/**
 * Renders a page with one card and no scripts.
 *
 * @param publicUrl the base URL at which browsers reach us
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

/** The style sheet of {@link cardPage}. */
export function pageStyle(): Answer {
  return pageAnswer(cardStyle, 'text/css; charset=utf-8');
}
