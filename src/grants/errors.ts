/** The stable codes of {@link KeeperError}; callers branch on these, never on the message. */
export type KeeperErrorCode =
  | 'provider_not_configured'
  | 'email_required'
  | 'account_taken'
  | 'input_refused'
  | 'client_refused'
  | 'upstream_unavailable'
  | 'upstream_throttled'
  | 'upstream_slow'
  | 'expired_on_arrival'
  | 'reconnect_required';

/** Why the keeper has no live token to give. The message is fit to show a person and holds no secret. */
export class KeeperError extends Error {
  override readonly name = 'KeeperError';
  readonly code: KeeperErrorCode;
  /** Milliseconds after which asking again may help; undefined where waiting doesn't help. */
  readonly retryAfterMs: number | undefined;
  /** The fields of the caller's request that the provider refused. */
  readonly fields: readonly string[];

  constructor(
    code: KeeperErrorCode,
    message: string,
    options: { retryAfterMs?: number; fields?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.fields = options.fields ?? [];
  }
}
