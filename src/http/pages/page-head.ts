import { markup, type Markup } from './markup.ts';

/** The head of every page; `stylesheet` is the URL of its style sheet. */
export function pageHead(title: string, stylesheet: string): Markup {
  return markup`<meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="stylesheet" href="${stylesheet}">`;
}
