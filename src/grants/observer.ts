import type { ExchangeResult } from '../providers/provider.ts';
import type { Credential } from './credential.ts';
import type { GrantEvent } from './events.ts';
import type { ExchangeKind } from './exchange.ts';

/** One exchange that is over, as an operator wants to know of it. Holds no token. */
export interface ExchangeReport {
  readonly exchangeId: number;
  readonly provider: string;
  readonly subject: string;
  readonly kind: ExchangeKind;
  readonly outcome: ExchangeResult['kind'];
  readonly detail: string | undefined;
  readonly cause: unknown;
  /** From its opening until its answer was stored. */
  readonly durationMs: number;
  /** The event that was written with the answer. */
  readonly event: GrantEvent | undefined;
}

/**
 * Hears what the heart does: logs, metrics and whatever else wants to know are one observer each. Every method returns at
 * once and does not throw; {@link combine} holds whoever does.
 */
export interface GrantObserver {
  /** An exchange is over: its answer is stored, or storing it was given up. */
  exchanged(report: ExchangeReport): void;
  /** An event is written that comes without a report: a link, a departure, a rescued answer, mere time has brought it about. */
  recorded(event: GrantEvent): void;
  /** Something went wrong that is tried again, or that a person should see to: a sentence, and its cause. */
  failed(what: string, cause: unknown): void;
  /** A credential is handed out. On the warm path: this must cost next to nothing. */
  handedOut(credential: Credential): void;
}

/** Hears nothing. */
export const NO_OBSERVER: GrantObserver = {
  exchanged: () => undefined,
  recorded: () => undefined,
  failed: () => undefined,
  handedOut: () => undefined,
};

/**
 * Makes one observer of several; each hears what it has a method for, in the order given. One that throws keeps the others
 * from nothing, and the heart neither: it is told to all of them as a failure, unless it was a failure that it was told of.
 */
export function combine(...observers: readonly Partial<GrantObserver>[]): GrantObserver {
  return new CombinedObserver(observers);
}

class CombinedObserver implements GrantObserver {
  readonly #observers: readonly Partial<GrantObserver>[];
  /** Those that hear of every token: the others are not even asked whether they do. */
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
        // Nobody is left to hear of it.
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
