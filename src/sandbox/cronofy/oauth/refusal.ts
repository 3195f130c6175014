/** A request that is refused, in Cronofy's words. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  /** Null for an answer without a body. */
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

/** What the token endpoint answers: RFC 6749 section 5.2 with `error` alone, a wrong client included. */
export function tokenError(error: TokenError, status = 400): Refusal {
  return new Refusal(status, { error });
}

/** What `/v1` answers to a field that is missing or wrong. */
export function unprocessable(field: string, key: 'required' | 'invalid' | 'not_found', description: string): Refusal {
  return new Refusal(422, { errors: { [field]: [{ key: `errors.${key}`, description }] } });
}
