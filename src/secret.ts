import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/**
 * A string that must not be seen: a token, a client secret, an API key. Printing, logging, serialising or
 * interpolating it gives `[redacted]`; only {@link Secret.reveal} gives the value, so `reveal` is the one word to
 * look for in a review.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it only where the value leaves for its one proper destination. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
