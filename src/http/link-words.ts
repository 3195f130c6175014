import type { LinkErrorCode } from '../grants/link-error.ts';

/** What a person is told. */
export interface Words {
  readonly title: string;
  /** What the title doesn't say. */
  readonly text: string;
}

/** The codes that browsers bring back to the app as `evergrant_error`. */
export const BROWSER_LINK_ERRORS = ['access_denied', 'provider_refused', 'link_expired'] as const;

/**
 * What to tell somebody whose account was not linked; the last words are for what does not come to pass in a browser.
 *
 * @param provider as people call it; undefined where that isn't known
 */
export function linkWords(code: LinkErrorCode, provider: string | undefined): Words {
  const title = provider === undefined ? 'Nothing was linked' : `${provider} was not linked`;
  if (code === 'access_denied') return { title, text: 'You chose not to allow access. Nothing has changed.' };
  if (code === 'provider_refused') {
    return { title, text: `${provider ?? 'The provider'} could not ask for your consent. Try again later.` };
  }
  if (code === 'link_expired') {
    const text =
      'It was used already, begun in another browser, or begun more than ten minutes ago. Begin again in the app.';
    return { title: 'This link is over', text };
  }
  return { title, text: 'Begin again in the app.' };
}
