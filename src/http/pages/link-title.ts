import type { LinkErrorCode } from '../../grants/linking/link-error.ts';

/** The codes that browsers bring back to the app as `evergrant_error`. */
export const BROWSER_LINK_ERRORS = ['access_denied', 'provider_refused', 'link_expired'] as const;

/**
 * The title of a page about an account that was not linked. The error's message gives the details.
 *
 * @param provider the provider's display name; undefined if unknown
 */
export function linkTitle(code: LinkErrorCode, provider: string | undefined): string {
  if (code === 'link_expired') return 'This link is over';
  return provider === undefined ? 'Nothing was linked' : `${provider} was not linked`;
}
