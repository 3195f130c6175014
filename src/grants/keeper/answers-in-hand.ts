import type { Obtained } from '../../providers/provider.ts';
import type { OpenExchange } from '../exchange.ts';
import type { GrantObserver } from '../observer.ts';
import type { Rescue } from './rescue.ts';

/** The answers that a provider has given and the store has not yet taken. */
export class AnswersInHand {
  readonly #answers = new Map<OpenExchange, Obtained>();

  hold(exchange: OpenExchange, answer: Obtained): void {
    this.#answers.set(exchange, answer);
  }

  /** For when the store has taken it, or nothing more can be done for it. */
  letGo(exchange: OpenExchange): void {
    this.#answers.delete(exchange);
  }

  /** Keeps all of them beside the store, for a process that must end now; what the store has taken after all is replayed once. */
  async keepAll(rescue: Rescue, observer: Pick<GrantObserver, 'failed'>): Promise<void> {
    const kept = [...this.#answers].map(async ([exchange, answer]) => {
      await rescue.keep(exchange, answer).catch((cause: unknown) => {
        observer.failed(`exchange ${exchange.exchangeId} could not be kept beside the database`, cause);
      });
    });
    await Promise.all(kept);
  }
}
