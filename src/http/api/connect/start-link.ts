import { ProblemError } from '../../response/problem.ts';
import type { HttpServices } from '../../services.ts';

/** Where browsers begin to link an account, without the ticket. */
export const CONNECT_PATH = '/connect';

/** Where to send a browser, and until when (epoch milliseconds) that is good. */
export interface StartedLink {
  readonly authorizeUrl: string;
  readonly expiresAt: number;
}

/**
 * Begins to link an account for a subject.
 *
 * @param asked the page to come back to; the operator's first one where undefined
 * @throws {@link ProblemError} where the page is not allowed; LinkError or KeeperError where the provider is not linked
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
  // By the letter: whatever is nearly the same may be another's.
  if (!returnUrls.includes(returnTo)) {
    const message = 'Accepted is one of the pages in EVERGRANT_RETURN_URLS, exactly as it stands there.';
    throw new ProblemError(400, 'return_to_not_allowed', message, { errors: [{ field: 'return_to', message }] });
  }
  const { ticket, expiresAt } = await linking.begin(provider, subject, returnTo);
  return { authorizeUrl: `${publicUrl}${CONNECT_PATH}/${ticket.reveal()}`, expiresAt };
}
