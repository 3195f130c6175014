import type { OpenExchange } from '../exchange.ts';
import type { GrantObserver } from '../observer.ts';
import type { AnswerInHand, Rescue } from './rescue.ts';

/** Answers received from providers and not yet taken by the store. */
export class AnswersInHand {
  readonly #answers = new Map<OpenExchange, AnswerInHand>();

  hold(exchange: OpenExchange, answer: AnswerInHand): void {
    this.#answers.set(exchange, answer);
  }

  /** Call it once the store has taken the answer, or nothing more can be done for it. */
  letGo(exchange: OpenExchange): void {
    this.#answers.delete(exchange);
  }

  /**
   * Saves all of them outside the store, for a process that must exit now. An answer that the store has taken after all
   * is replayed once, harmlessly.
   */
  async keepAll(rescue: Rescue, observer: Pick<GrantObserver, 'failed'>): Promise<void> {
    const kept = [...this.#answers].map(async ([exchange, answer]) => {
      await rescue.keep(exchange, answer).catch((cause: unknown) => {
        observer.failed(`exchange ${exchange.exchangeId} could not be kept beside the database`, cause);
      });
    });
    await Promise.all(kept);
  }
}
