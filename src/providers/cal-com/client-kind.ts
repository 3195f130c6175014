import type { Transport } from '../../oauth/transport.ts';
import { judgeEnvelope } from './envelope.ts';

const TIMEOUT_MS = 5_000;

/** The two kinds of client: of the platform, for managed users, and of OAuth, for accounts that users link. */
type ClientKind = 'platform' | 'oauth';

/** Where Cal.com tells of a client without being shown its secret: the first requests of a page with Atoms. */
const TOLD_AT: Readonly<Record<ClientKind, string>> = { platform: '/provider/', oauth: '/atoms/auth/oauth2/clients/' };

/** What to do with a client of this kind that was given in the place of the other. */
const REMEDY: Readonly<Record<ClientKind, string>> = {
  oauth:
    'is an OAuth client. CAL_COM_CLIENT_ID takes a platform client, from /settings/platform of the web app; its secret begins with eyJ. ' +
    'For accounts that users link themselves, set CAL_COM_OAUTH_CLIENT_ID and CAL_COM_OAUTH_CLIENT_SECRET to this one, and EVERGRANT_BOOKINGS=oauth.',
  platform:
    'is a platform client. CAL_COM_OAUTH_CLIENT_ID takes an OAuth client, from /settings/developer/oauth of the web app, which Cal.com reviews. ' +
    'For managed users, set CAL_COM_CLIENT_ID and CAL_COM_CLIENT_SECRET to this one.',
};

/**
 * What to tell an operator whose client is refused because it is of this other kind; undefined if Cal.com knows none of
 * that kind under its id, or does not answer.
 */
export async function otherKind(
  kind: ClientKind,
  { apiUrl, clientId }: { apiUrl: string; clientId: string },
  transport: Transport,
): Promise<string | undefined> {
  const url = apiUrl + TOLD_AT[kind] + encodeURIComponent(clientId);
  const result = await transport.send({ method: 'GET', url, headers: {}, timeoutMs: TIMEOUT_MS });
  // The time only matters for an answer that asks to wait.
  return judgeEnvelope(result, 0).kind === 'success' ? `${clientId} ${REMEDY[kind]}` : undefined;
}
