import { cardPage } from './card.ts';
import type { Answer } from '../endpoint.ts';
import { markup, type Markup } from './markup.ts';

/** A link to continue with. */
export interface Step {
  readonly label: string;
  readonly url: string;
}

/** A message to a person, and an optional next step. */
export interface Message {
  readonly status: number;
  /** The provider's display name; undefined if the page is not about one. */
  readonly provider?: string | undefined;
  readonly title: string;
  /** What the title does not say. */
  readonly text: string;
  /** The most likely next step. */
  readonly next?: Step | undefined;
}

/**
 * Renders one message as a page without scripts.
 *
 * @param publicUrl the base URL at which browsers reach us
 */
export function messagePage({ status, provider, title, text, next }: Message, publicUrl: string): Answer {
  const body = markup`<p>${text}</p>
      ${next && button(next)}`;
  return cardPage({ status, provider, title, body }, publicUrl);
}

function button({ label, url }: Step): Markup {
  return markup`<a class="button" href="${url}">${label}</a>`;
}
