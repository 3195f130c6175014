/** A request refused in Cronofy's words. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  /** Null for a response without a body. */
  readonly body: object | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: object | null, headers: Record<string, string> = {}) {
    super(`${status} ${JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

type TokenError = 'invalid_request' | 'invalid_client' | 'invalid_grant' | 'unsupported_grant_type';

/** The token endpoint's error (RFC 6749 section 5.2), with `error` alone, for an invalid client too. */
export function tokenError(error: TokenError, status = 400): Refusal {
  return new Refusal(status, { error });
}

/** The response of `/v1` to a missing or invalid field. */
export function unprocessable(field: string, key: 'required' | 'invalid' | 'not_found', description: string): Refusal {
  return new Refusal(422, { errors: { [field]: [{ key: `errors.${key}`, description }] } });
}
