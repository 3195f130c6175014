import { raw } from 'hono/html';
import { markup, type Child } from './markup.ts';
import { STYLE, STYLE_SOURCE } from './style.ts';

/** Whose page it is. */
export interface Site {
  /** The provider that the fake stands for, e.g. `Cal.com`. */
  readonly provider: string;
  /** What people have there, e.g. `Cal.com account`. */
  readonly account: string;
}

/**
 * One page of a provider: a card that says which, and that nothing in it is real. It runs no script and stands in no
 * frame.
 */
export function page(status: number, { provider }: Site, title: string, body: Child): Response {
  const whole = markup`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} · ${provider} sandbox</title>
    <style>${raw(STYLE)}</style>
  </head>
  <body>
    <main>
      <header><span>${provider}</span> <span class="badge">Sandbox</span></header>
      <h1>${title}</h1>
      ${body}
      <footer>A stand-in for ${provider}: no account here is real.</footer>
    </main>
  </body>
</html>
`;
  return new Response(whole.toString(), {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      // No form-action: browsers would apply it to the redirect that follows the form, too.
      'Content-Security-Policy': `default-src 'none'; style-src ${STYLE_SOURCE}; base-uri 'none'; frame-ancestors 'none'`,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}
