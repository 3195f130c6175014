import { markup } from './markup.ts';
import { page, type Site } from './page.ts';

/** A message to a person, and an optional button. */
export interface Message {
  readonly title: string;
  readonly text: string;
  /** The label of the button, which posts to the page's own address; undefined for none. */
  readonly offer?: string | undefined;
}

/** Renders a page with a message. */
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
 * The page for a request that is not redirected with its error, since its sender may not be the client it names.
 *
 * @param reason what is wrong with the request, for its sender
 */
export function dismissalPage(status: number, site: Site, reason: string): Response {
  return messagePage(status, site, { title: 'This link does not work', text: `${reason} Begin again in the app.` });
}
