import { markup, type Markup } from './markup.ts';

/** What all pages have in their head; `stylesheet` is its address. */
export function pageHead(title: string, stylesheet: string): Markup {
  return markup`<meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="stylesheet" href="${stylesheet}">`;
}
