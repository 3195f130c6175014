import { LRUCache } from 'lru-cache';
import type { Provider } from '../../providers/provider.ts';
import type { Secret } from '../../secret.ts';
import type { Clock } from '../clock.ts';
import type { SuccessionLimits, SuccessionStore } from '../storage/succession-store.ts';

/** What successions are made of. */
export interface SuccessionsOptions {
  readonly store: SuccessionStore;
  /** The one whose access tokens a web page may hold with nothing beside. */
  readonly provider: Pick<Provider, 'name' | 'realm'>;
  readonly clock: Clock;
  readonly limits: SuccessionLimits;
}

const MOST_REMEMBERED = 100_000;
const NOTED_EVERY_MS = 3_600_000;

/**
 * Whether an access token, shown by itself, is followed by the present one. Such a token is a credential that hands itself
 * on, so it lives on the calls of those who have a better one: without them it ends, and they can end it at once.
 */
export class Successions {
  /** The name of the provider. */
  readonly provider: string;
  readonly #options: SuccessionsOptions;
  readonly #noteEveryMs: number;
  /** When each subject's calls were last noted, in epoch milliseconds. */
  readonly #noted = new LRUCache<string, number>({ max: MOST_REMEMBERED });
  #fresh = new Set<string>();

  constructor(options: SuccessionsOptions) {
    this.provider = options.provider.name;
    this.#options = options;
    this.#noteEveryMs = Math.min(NOTED_EVERY_MS, options.limits.chainMs / 10);
  }

  /** The subject whose token this is or was; undefined where it doesn't find its successor, or not any more. */
  async ownerOf(presented: Secret): Promise<string | undefined> {
    const { store, provider, limits } = this.#options;
    return limits.chainMs === 0 ? undefined : store.find(provider.realm, presented, limits);
  }

  /** Notes that a caller with a credential of its own asks for this subject's token; on the warm path. */
  noteCall(subject: string): void {
    const now = this.#options.clock.now();
    if (now - (this.#noted.get(subject) ?? 0) < this.#noteEveryMs) return;
    this.#noted.set(subject, now);
    this.#fresh.add(subject);
  }

  /**
   * Ends it for every token that the subject was given up to now.
   *
   * @param rejected where a caller speaks of one: only for that one and those before it
   */
  async end(subject: string, rejected: Secret | undefined): Promise<void> {
    await this.#options.store.end(this.#options.provider.realm, subject, rejected);
  }

  /**
   * Keeps the calls noted since the last time.
   *
   * @throws what the store throws; they are kept the next time then
   */
  async drain(): Promise<void> {
    if (this.#fresh.size === 0) return;
    const taken = this.#fresh;
    this.#fresh = new Set();
    try {
      await this.#options.store.noteCalls(this.#options.provider.realm, [...taken]);
    } catch (error) {
      this.#fresh = new Set([...taken, ...this.#fresh].slice(-MOST_REMEMBERED));
      throw error;
    }
  }
}
