import { raw } from 'hono/html';
import { markup, type Child } from './markup.ts';
import { STYLE, STYLE_SOURCE } from './style.ts';

/** Identifies the provider of a page. */
export interface Site {
  /** The name of the provider that the fake stands for, e.g. `Cal.com`. */
  readonly provider: string;
  /** The name of an account there, e.g. `Cal.com account`. */
  readonly account: string;
}

/**
 * Renders a provider's page: a card that names the provider and says that nothing is real. It runs no scripts and
 * cannot be framed.
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
      // No form-action, since browsers would also apply it to the redirect that follows the form.
      'Content-Security-Policy': `default-src 'none'; style-src ${STYLE_SOURCE}; base-uri 'none'; frame-ancestors 'none'`,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}
