import { KeeperError } from '../../../grants/errors.ts';
import { startLink } from './start-link.ts';
import { ProblemError } from '../../response/problem.ts';
import { toProblem } from '../../response/to-problem.ts';
import type { BookingsSettings, HttpServices } from '../../services.ts';

/**
 * Does `work`. If only the user's consent is missing, adds the URL where to give it to the problem.
 *
 * @throws the error of `work`, as a ProblemError with an `authorize_url` if consent would help
 */
export async function withConsent<Result>(
  services: HttpServices,
  { mode, provider }: BookingsSettings,
  subject: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const isMissing =
      error instanceof KeeperError && (error.code === 'consent_required' || error.code === 'reconnect_required');
    if (mode !== 'oauth' || !isMissing || services.settings.returnUrls.length === 0) throw error;
    const { authorizeUrl } = await startLink(services, provider, subject);
    const { status, code, message } = toProblem(error);
    throw new ProblemError(status, code, message, { members: { authorize_url: authorizeUrl } });
  }
}
