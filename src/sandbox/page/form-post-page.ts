import { markup } from './markup.ts';
import { page, type Site } from './page.ts';

/**
 * The page that posts what a browser brings back (OAuth 2.0 Form Post Response Mode), with a button in place of a script.
 *
 * @param bringing the redirect URI, with what it brings added to its query
 */
export function formPostPage(site: Site, redirectUri: string, bringing: string): Response {
  const before = new URL(redirectUri).searchParams;
  const fields = [...new URL(bringing).searchParams].filter(([name]) => !before.has(name));
  const hidden = fields.map(([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`);
  return page(
    200,
    site,
    'Back to the app',
    markup`<form method="post" action="${redirectUri}">${hidden}
        <div class="buttons"><button>Continue</button></div>
      </form>`,
  );
}
