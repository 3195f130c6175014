import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/**
 * A string that must not be exposed: a token, a client secret, an API key. Printing, logging, serializing or
 * interpolating it gives `[redacted]`. Only {@link Secret.reveal} returns the value, so a review can search for
 * `reveal`.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** Returns the value. Call it only where the value goes to its intended destination. */
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
