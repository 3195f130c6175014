/**
 * The keys that JWTs are checked with can't be fetched, so nothing can be said about the caller. It is neither a 401,
 * for the caller did nothing wrong, nor a reason to let anybody in: answer 503 with `Retry-After`.
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
