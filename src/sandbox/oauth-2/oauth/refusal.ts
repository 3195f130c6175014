/** A refused request (RFC 6749 section 5.2). */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  /** The response's `error`. */
  readonly error: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, error: string, description: string, headers: Record<string, string> = {}) {
    super(description);
    this.status = status;
    this.error = error;
    this.headers = headers;
  }
}

/** The request is malformed; the description says how. */
export function invalidRequest(description: string): Refusal {
  return new Refusal(400, 'invalid_request', description);
}

/** The presented token is not accepted; the description says no more than a real server would. */
export function invalidGrant(description: string): Refusal {
  return new Refusal(400, 'invalid_grant', description);
}
