import type { ExchangeResult, Provider } from '../../providers/provider.ts';
import type { Clock, Random } from '../clock.ts';
import { SHOWS_CLIENT_ACCEPTED } from '../rules/client-fault.ts';
import { Lane, type TurnedAway } from './lane.ts';
import type { GrantObserver } from '../observer.ts';
import { afterAnswer, afterNothing, afterRefusal, type Pause, type PauseStore } from './pause.ts';

/** The dependencies of {@link Pacer}. */
export interface PacerOptions {
  readonly pauses: PauseStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Notified if a pause could not be stored; the next refusal stores it. */
  readonly observer: Pick<GrantObserver, 'failed'>;
  /** True once the process is shutting down: nobody waits for a turn any longer. */
  readonly closing: () => boolean;
}

/** Permission to ask the provider once. */
export interface Turn {
  readonly kind: 'turn';
  /** Reports the answer as soon as it arrives, so that the next caller need not wait until it is stored. */
  answered(answer: ExchangeResult): void;
  /**
   * Returns the turn, with or without an answer. Resolves when the answer's effect on the pause is stored. Never
   * rejects.
   */
  end(): Promise<void>;
}

/**
 * The minimum number of calls of one process to one provider that may have started within the last quarter of a second.
 */
const LEAST_AT_ONCE = 8;

/** Answers that only a provider gives that has processed the request. */
const LOOKED_AT: readonly ExchangeResult['kind'][] = [...SHOWS_CLIENT_ACCEPTED, 'client_refused'];

/**
 * Limits how exchanges call a provider: few enough at once that a 429 finds few others in flight, and after a 429 as
 * {@link Pause} says, across all instances.
 */
export class Pacer {
  readonly #options: PacerOptions;
  readonly #lanes = new Map<string, Lane>();

  constructor(options: PacerOptions) {
    this.#options = options;
  }

  /**
   * Waits for a turn to ask this provider on behalf of a grant.
   *
   * @throws the store's error
   */
  async enter(provider: Provider, grantId: string): Promise<Turn | TurnedAway> {
    const { realm } = provider;
    const lane = this.#laneOf(provider);
    const admitted = await lane.enter();
    if (admitted.kind !== 'admitted') return admitted;
    let noted: Promise<void> | undefined;
    const note = (next: (pause: Pause | undefined, now: number) => Pause | undefined) => {
      noted = lane.change(next).catch((cause: unknown) => {
        this.#options.observer.failed(`cannot note how ${realm} is to be asked`, cause);
      });
    };
    return {
      kind: 'turn',
      answered: (answer) => {
        admitted.leave();
        if (answer.kind === 'throttled') {
          const refusal = { grantId, retryAfterMs: answer.retryAfterMs };
          note((pause, now) => afterRefusal(pause, refusal, now, this.#options.random));
        } else if (admitted.isProbe && LOOKED_AT.includes(answer.kind)) note(afterAnswer);
      },
      end: async () => {
        admitted.leave();
        if (admitted.isProbe && noted === undefined) note(afterNothing);
        await noted;
      },
    };
  }

  #laneOf({ realm, requestsPerMinute = 0 }: Provider): Lane {
    let lane = this.#lanes.get(realm);
    if (lane === undefined) {
      const mostAtOnce = Math.max(LEAST_AT_ONCE, Math.floor(requestsPerMinute / 60));
      lane = new Lane({ ...this.#options, realm, mostAtOnce });
      this.#lanes.set(realm, lane);
    }
    return lane;
  }
}
