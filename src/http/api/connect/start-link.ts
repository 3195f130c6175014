import { ProblemError } from '../../response/problem.ts';
import type { HttpServices } from '../../services.ts';

/** The path where browsers begin to link an account; the ticket follows it. */
export const CONNECT_PATH = '/connect';

/** Where to send a browser, and until when the URL works, in epoch milliseconds. */
export interface StartedLink {
  readonly authorizeUrl: string;
  readonly expiresAt: number;
}

/**
 * Begins to link an account for a subject.
 *
 * @param asked the page to return to; by default the operator's first one
 * @throws {@link ProblemError} 400 if the page is not allowed, 500 if no page is configured; LinkError or KeeperError
 * if the provider cannot be linked
 */
export async function startLink(
  { linking, settings }: Pick<HttpServices, 'linking' | 'settings'>,
  provider: string,
  subject: string,
  asked?: string,
): Promise<StartedLink> {
  const { returnUrls, publicUrl } = settings;
  const returnTo = asked ?? returnUrls[0];
  if (returnTo === undefined) {
    throw new ProblemError(
      500,
      'linking_not_configured',
      'This deployment does not know where users come back to. The operator must set EVERGRANT_RETURN_URLS.',
    );
  }
  // Compared exactly: a similar URL may belong to somebody else.
  if (!returnUrls.includes(returnTo)) {
    const message = 'Accepted is one of the pages in EVERGRANT_RETURN_URLS, exactly as it stands there.';
    throw new ProblemError(400, 'return_to_not_allowed', message, { errors: [{ field: 'return_to', message }] });
  }
  const { ticket, expiresAt } = await linking.begin(provider, subject, returnTo);
  return { authorizeUrl: `${publicUrl}${CONNECT_PATH}/${ticket.reveal()}`, expiresAt };
}
