import type { ThirdPartyClient } from '../state/oauth-records.ts';

/** An OAuth 2 request refused in Cal.com's words. */
export class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal';
  readonly status: number;
  /** The response's `error`; the message is its `error_description`. */
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

/** The code or refresh token is not accepted. */
export function invalidGrant(description: string): OAuthRefusal {
  return new OAuthRefusal(400, 'invalid_grant', description);
}

/** @throws OAuthRefusal unless the client may act for this user */
export function ensureApproved(client: ThirdPartyClient, userId: number): void {
  if (client.status === 'rejected') throw new OAuthRefusal(401, 'unauthorized_client', 'client_rejected');
  if (client.status === 'pending' && client.ownerId !== userId) {
    throw new OAuthRefusal(401, 'unauthorized_client', 'client_not_approved');
  }
}
