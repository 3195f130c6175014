import { markup } from './markup.ts';
import { page, type Site } from './page.ts';

/** What a page tells whoever came to it. */
export interface Message {
  readonly title: string;
  readonly text: string;
  /** What the one button says, which posts to the page's own address; undefined for none. */
  readonly offer?: string | undefined;
}

/** Tells a person something. */
export function messagePage(status: number, site: Site, { title, text, offer }: Message): Response {
  return page(
    status,
    site,
    title,
    markup`<p${status >= 400 && markup` role="alert"`}>${text}</p>
      ${
        offer !== undefined && markup`<form method="post"><div class="buttons"><button>${offer}</button></div></form>`
      }`,
  );
}

/**
 * The page for a request that is not sent back with its error: whoever made it may not be the client that it names.
 *
 * @param reason what is wrong with the request, for whoever made it
 */
export function dismissalPage(status: number, site: Site, reason: string): Response {
  return messagePage(status, site, { title: 'This link does not work', text: `${reason} Begin again in the app.` });
}
