import type { ExchangeResult, Provider } from '../../providers/provider.ts';
import type { Clock, Random } from '../clock.ts';
import { Lane, type TurnedAway } from './lane.ts';
import type { GrantObserver } from '../observer.ts';
import { afterAnswer, afterNothing, afterRefusal, type Pause, type PauseStore } from './pause.ts';

/** What the pacer is made of. */
export interface PacerOptions {
  readonly pauses: PauseStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Told where a pause could not be noted; the next refusal notes it. */
  readonly observer: Pick<GrantObserver, 'failed'>;
  /** True once the process is leaving: nobody waits for a turn then. */
  readonly closing: () => boolean;
}

/** Leave to ask the provider once. */
export interface Turn {
  readonly kind: 'turn';
  /** Says what was answered, as soon as it is: whoever comes next needn't wait until it is stored. */
  answered(answer: ExchangeResult): void;
  /** Gives the turn back, answered or not; resolves when what the answer says of the provider is noted. Never rejects. */
  end(): Promise<void>;
}

/** Of the calls of one process to one provider, those begun within the last quarter of a second may be so many at least. */
const LEAST_AT_ONCE = 8;

/** What only a provider says that has looked at the question. */
const LOOKED_AT: readonly ExchangeResult['kind'][] = [
  'obtained',
  'rejected',
  'account_gone',
  'account_exists',
  'account_taken',
  'input_refused',
  'client_refused',
];

/**
 * Lets exchanges ask a provider as it wishes to be asked: so many at once that a 429 finds few others under way, and after
 * one as {@link Pause} says, for all instances together.
 */
export class Pacer {
  readonly #options: PacerOptions;
  readonly #lanes = new Map<string, Lane>();

  constructor(options: PacerOptions) {
    this.#options = options;
  }

  /**
   * Waits for a turn to ask this provider for a grant.
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
