import type { ExchangeResult } from '../providers/provider.ts';
import type { Credential } from './credential.ts';
import type { GrantEvent } from './events.ts';
import type { ExchangeKind } from './exchange.ts';

/** A finished exchange, as reported to operators. Holds no token. */
export interface ExchangeReport {
  readonly exchangeId: number;
  readonly provider: string;
  readonly subject: string;
  readonly kind: ExchangeKind;
  readonly outcome: ExchangeResult['kind'];
  readonly detail: string | undefined;
  readonly cause: unknown;
  /** Milliseconds from opening the exchange until its answer was stored. */
  readonly durationMs: number;
  /** The event written with the answer, if any. */
  readonly event: GrantEvent | undefined;
}

/**
 * Observes the core: logs, metrics and other listeners are one observer each. Every method returns at once and does not
 * throw; {@link combine} contains the errors of those that do.
 */
export interface GrantObserver {
  /** An exchange has ended: its answer is stored, or storing it has been given up. */
  exchanged(report: ExchangeReport): void;
  /**
   * An event was written that no exchange report carries: caused by a link, a disconnect, a rescued answer or the
   * passing of time.
   */
  recorded(event: GrantEvent): void;
  /**
   * Something failed that is retried or needs a person's attention.
   *
   * @param what a sentence for the operator
   */
  failed(what: string, cause: unknown): void;
  /** A credential is handed out. Runs on the warm path, so it must cost almost nothing. */
  handedOut(credential: Credential): void;
}

/** Ignores everything. */
export const NO_OBSERVER: GrantObserver = {
  exchanged: () => undefined,
  recorded: () => undefined,
  failed: () => undefined,
  handedOut: () => undefined,
};

/**
 * Combines several observers into one. Each is called for the methods it has, in the given order. An observer that
 * throws affects neither the others nor the core: the error is reported to all of them through `failed`, unless
 * `failed` itself threw.
 */
export function combine(...observers: readonly Partial<GrantObserver>[]): GrantObserver {
  return new CombinedObserver(observers);
}

class CombinedObserver implements GrantObserver {
  readonly #observers: readonly Partial<GrantObserver>[];
  /** The observers that have `handedOut`. The others are skipped, as this runs on the warm path. */
  readonly #ofTokens: readonly Pick<GrantObserver, 'handedOut'>[];

  constructor(observers: readonly Partial<GrantObserver>[]) {
    this.#observers = observers;
    this.#ofTokens = observers.filter(hearsOfTokens);
  }

  exchanged(report: ExchangeReport): void {
    this.#tell((observer) => observer.exchanged?.(report));
  }

  recorded(event: GrantEvent): void {
    this.#tell((observer) => observer.recorded?.(event));
  }

  failed(what: string, cause: unknown): void {
    for (const observer of this.#observers) {
      try {
        observer.failed?.(what, cause);
      } catch {
        // There is nobody left to report this to.
      }
    }
  }

  handedOut(credential: Credential): void {
    for (const observer of this.#ofTokens) {
      try {
        observer.handedOut(credential);
      } catch (cause) {
        this.#threw(cause);
      }
    }
  }

  #tell(one: (observer: Partial<GrantObserver>) => void): void {
    for (const observer of this.#observers) {
      try {
        one(observer);
      } catch (cause) {
        this.#threw(cause);
      }
    }
  }

  #threw(cause: unknown): void {
    this.failed('an observer failed', cause);
  }
}

function hearsOfTokens(
  observer: Partial<GrantObserver>,
): observer is Partial<GrantObserver> & Pick<GrantObserver, 'handedOut'> {
  return observer.handedOut !== undefined;
}
