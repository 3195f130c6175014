import { cardPage } from './card.ts';
import type { Answer } from '../endpoint.ts';
import { markup, type Markup } from './markup.ts';

/** Where a page leads on to. */
export interface Step {
  readonly label: string;
  readonly url: string;
}

/** What a page tells whoever came by a link, and where they may go on. */
export interface Message {
  readonly status: number;
  /** As people call it; undefined where the page is about none. */
  readonly provider?: string | undefined;
  readonly title: string;
  /** What the title doesn't say. */
  readonly text: string;
  /** What most want to do next. */
  readonly next?: Step | undefined;
}

/**
 * One message as a page without scripts.
 *
 * @param publicUrl where browsers reach us
 */
export function messagePage({ status, provider, title, text, next }: Message, publicUrl: string): Answer {
  const body = markup`<p>${text}</p>
      ${next && button(next)}`;
  return cardPage({ status, provider, title, body }, publicUrl);
}

function button({ label, url }: Step): Markup {
  return markup`<a class="button" href="${url}">${label}</a>`;
}
