import { LRUCache } from 'lru-cache';
import type { Provider } from '../../providers/provider.ts';
import type { Secret } from '../../secret.ts';
import type { Clock } from '../clock.ts';
import type { SuccessionLimits, SuccessionStore } from '../storage/succession-store.ts';

/** The dependencies and limits of {@link Successions}. */
export interface SuccessionsOptions {
  readonly store: SuccessionStore;
  /** The provider whose access tokens a web page may hold without any other credential. */
  readonly provider: Pick<Provider, 'name' | 'realm'>;
  readonly clock: Clock;
  readonly limits: SuccessionLimits;
}

const MOST_REMEMBERED = 100_000;
const NOTED_EVERY_MS = 3_600_000;

/**
 * Decides whether an access token on its own leads to its successor. Such a token is a credential that renews itself,
 * so its succession depends on calls by callers with a stronger credential: without them it ends, and they can end it
 * at once.
 */
export class Successions {
  /** The provider's name. */
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

  /**
   * The subject that owns or owned this token; undefined if the token does not lead to its successor, or no longer
   * does.
   *
   * @throws the store's error
   */
  async ownerOf(presented: Secret): Promise<string | undefined> {
    const { store, provider, limits } = this.#options;
    return limits.chainMs === 0 ? undefined : store.find(provider.realm, presented, limits);
  }

  /** Notes that a caller with a credential of its own asks for this subject's token. Runs on the warm path. */
  noteCall(subject: string): void {
    const now = this.#options.clock.now();
    if (now - (this.#noted.get(subject) ?? 0) < this.#noteEveryMs) return;
    this.#noted.set(subject, now);
    this.#fresh.add(subject);
  }

  /**
   * Ends the succession of every token that the subject has been given so far.
   *
   * @param rejected if given, only this token and earlier ones lose their successor
   * @throws the store's error
   */
  async end(subject: string, rejected: Secret | undefined): Promise<void> {
    await this.#options.store.end(this.#options.provider.realm, subject, rejected);
  }

  /**
   * Stores the calls noted since the last time.
   *
   * @throws the store's error; the calls are then stored next time
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
