/**
 * The keys for checking JWTs cannot be fetched, so nothing is known about the caller. This is not a 401, as the caller
 * did nothing wrong, and not a reason to let anybody in: answer 503 with `Retry-After`.
 */
export class TrustUnavailableError extends Error {
  override readonly name = 'TrustUnavailableError';
  readonly code = 'trust_unavailable';
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number, options: { cause: unknown }) {
    super('The keys to check tokens with cannot be fetched at the moment. Try again shortly.', options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
