import { COMMON_HEADERS } from './answer.ts';
import { markup } from './docs-page/markup.ts';

/** What a page tells whoever came by a link, and where they may go on. */
export interface Message {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  readonly next?: { readonly label: string; readonly url: string };
}

/** Where {@link messageStyle} is served. */
export const MESSAGE_STYLE_PATH = '/connect/style.css';

const POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * One message as a page without scripts.
 *
 * @param publicUrl where browsers reach us
 */
export function messagePage({ status, title, text, next }: Message, publicUrl: string): Response {
  const page = markup`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="stylesheet" href="${publicUrl}${MESSAGE_STYLE_PATH}">
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      <p>${text}</p>
      ${next !== undefined && markup`<p><a href="${next.url}">${next.label}</a></p>`}
    </main>
  </body>
</html>
`;
  return answer(page.toString(), 'text/html; charset=utf-8', status);
}

/** The look of {@link messagePage}. */
export function messageStyle(): Response {
  return answer(STYLE, 'text/css; charset=utf-8', 200);
}

function answer(text: string, contentType: string, status: number): Response {
  const headers = { ...COMMON_HEADERS, 'content-type': contentType, 'content-security-policy': POLICY };
  return new Response(text, { status, headers });
}

const STYLE = `:root { color-scheme: light dark; font: 1.0625rem/1.6 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { box-sizing: border-box; max-width: 34rem; padding: 2rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 0.5rem; }
p { margin: 0 0 1rem; }
a { display: inline-block; padding: 0.5rem 1rem; border: 1px solid currentColor; border-radius: 0.375rem; text-decoration: none; color: inherit; }
a:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
`;
