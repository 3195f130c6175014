import type { ThirdPartyClient } from '../state/oauth-records.ts';

/** A request of OAuth 2 that is refused, in Cal.com's words. */
export class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal';
  readonly status: number;
  /** The `error` of the answer; the message is its `error_description`. */
  readonly error: string;

  constructor(status: number, error: string, description: string) {
    super(description);
    this.status = status;
    this.error = error;
  }
}

/** The request is malformed. */
export function invalidRequest(description: string): OAuthRefusal {
  return new OAuthRefusal(400, 'invalid_request', description);
}

/** The code or refresh token is not taken. */
export function invalidGrant(description: string): OAuthRefusal {
  return new OAuthRefusal(400, 'invalid_grant', description);
}

/** Throws unless the client may act for this user. */
export function ensureApproved(client: ThirdPartyClient, userId: number): void {
  if (client.status === 'rejected') throw new OAuthRefusal(401, 'unauthorized_client', 'client_rejected');
  if (client.status === 'pending' && client.ownerId !== userId) {
    throw new OAuthRefusal(401, 'unauthorized_client', 'client_not_approved');
  }
}
