import type { Clock } from '../grants/clock.ts';
import { endedWithin } from './ended-within.ts';
import type { Keeper } from '../grants/keeper/keeper.ts';
import type { Linking } from '../grants/linking/linking.ts';
import { StopCutShortError } from './stop-cut-short-error.ts';
import type { Upkeep } from '../grants/upkeep/upkeep.ts';

/** The parts that {@link ServiceStop} waits for and closes. */
export interface ServiceStopOptions {
  readonly keeper: Keeper;
  readonly linking: Linking;
  readonly upkeep: Upkeep;
  /** The database and the providers; closed once no work is in progress. */
  readonly resources: AsyncDisposable;
  readonly clock: Clock;
  /** The hard cap of an upstream call, in milliseconds. */
  readonly upstreamMs: number;
}

/** How long a stop waits for an answer to be stored after the upstream call, in milliseconds. */
const STORING_MS = 15_000;

/** Stops a service: gracefully, or at once with the answers in hand saved. */
export class ServiceStop {
  readonly #options: ServiceStopOptions;
  #isClosingResources = false;

  constructor(options: ServiceStopOptions) {
    this.#options = options;
  }

  /** As `Evergrant.close`. */
  async close(limitMs = this.#options.upstreamMs + STORING_MS): Promise<void> {
    if (await endedWithin(this.#options.clock, limitMs, this.#end())) return;
    const seconds = Math.round(limitMs / 1000);
    throw new StopCutShortError(`The stop took longer than ${seconds} seconds.`, await this.giveUp());
  }

  /** As `Evergrant.giveUp`. */
  async giveUp(): Promise<string[]> {
    const { keeper, linking, upkeep } = this.#options;
    await keeper.rescueAnswers();
    return [
      counted(keeper.underWay, 'renewal'),
      counted(linking.underWay, 'link being completed', 'links being completed'),
      ...upkeep.underWay().map((chore) => `upkeep (${chore})`),
      this.#isClosingResources ? 'closing the database' : [],
    ].flat();
  }

  async #end(): Promise<void> {
    const { keeper, linking, upkeep, resources } = this.#options;
    await Promise.all([keeper.close(), linking.idle(), upkeep[Symbol.asyncDispose]()]);
    this.#isClosingResources = true;
    await resources[Symbol.asyncDispose]();
  }
}

function counted(count: number, one: string, many = `${one}s`): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
}
