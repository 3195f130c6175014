import type { Random } from '../../../../src/grants/clock.ts';
import type { ReuseBehaviour } from '../../../../src/providers/provider.ts';
import { LIFE_MS } from './bounds.ts';

/**
 * The kinds of provider there are:
 * - `rotating`: every refresh token works once
 * - `not_rotating`: the refresh token stays
 * - `managed`: rotating, with a recovery that ends all other tokens, and accounts created by us (Cal.com's managed users)
 * - `reopening`: the same, where creating an account that is there is the recovery (Cronofy's application calendars)
 * - `racing`: rotating, but looks and rotates in two steps, so that two answers can both be a success
 * - `grace`: the predecessor of the last refresh token works too, and replaces what it was replaced by
 * - `family`: a used refresh token that comes again ends everything
 */
export type UpstreamKind = 'rotating' | 'not_rotating' | 'managed' | 'reopening' | 'racing' | 'grace' | 'family';

/** Kinds whose accounts we create, and recover without their users. */
export const CREATING: readonly UpstreamKind[] = ['managed', 'reopening'];

export const REUSE: Readonly<Record<UpstreamKind, ReuseBehaviour>> = {
  rotating: 'reject',
  not_rotating: 'accept',
  managed: 'reject',
  reopening: 'reject',
  racing: 'reject',
  grace: 'grace',
  family: 'revoke_family',
};

/** One success, and what became of it on its way. */
export interface Issue {
  readonly accessToken: string;
  /** The refresh token in the answer; undefined where the presented one stays. */
  readonly refreshToken: string | undefined;
  /** The refresh token that was spent for it. */
  readonly spent: string | undefined;
  /** Epoch milliseconds, both. */
  readonly at: number;
  readonly expiresAt: number;
  /** Of the exchange that it answers. */
  readonly nonce: string;
  /** True once nobody has it any more who could store it. Judged by whoever carries it. */
  isLost: () => boolean;
}

/** The provider's own books: which tokens it honours. The simulation's oracle. */
export class Upstream {
  readonly kind: UpstreamKind;
  readonly issues: Issue[] = [];
  /** Questions that were asked; those that never left are not among them. */
  calls = 0;
  /** Requests under way that may still take effect. */
  travelling = 0;
  hasAccount = false;
  /** The success whose refresh token had been spent already when it was spent again: it ended the family. */
  reused: Issue | undefined;
  readonly #random: Random;
  readonly #now: () => number;
  readonly #answersWithout: number;
  readonly #access = new Map<string, number>();
  readonly #used = new Set<string>();
  #live: string | undefined;
  #parent: string | undefined;

  constructor(options: { kind: UpstreamKind; random: Random; now: () => number; answersWithout: number }) {
    this.kind = options.kind;
    this.#random = options.random;
    this.#now = options.now;
    this.#answersWithout = options.answersWithout;
  }

  /** The refresh token that a refresh is sure to succeed with. */
  get live(): string | undefined {
    return this.#live;
  }

  /** True where this access token opens the API now. */
  honours(accessToken: string): boolean {
    return (this.#access.get(accessToken) ?? 0) > this.#now();
  }

  /** When this access token ends at the latest, in epoch milliseconds; undefined for one that was never issued. */
  endOf(accessToken: string): number | undefined {
    return this.issues.find((issue) => issue.accessToken === accessToken)?.expiresAt;
  }

  /** Whether a refresh would be taken now, without taking it; ends the family where that is the kind. */
  looksAt(refreshToken: string): boolean {
    if (refreshToken === this.#live) return true;
    if (this.kind === 'grace') return refreshToken === this.#parent;
    if (this.kind === 'family' && this.#used.has(refreshToken)) {
      this.#live = undefined;
      this.#access.clear();
      // Of several answers to one token, the one that spent it.
      this.reused ??= this.issues.find((issue) => issue.spent === refreshToken && issue.refreshToken !== undefined);
    }
    return false;
  }

  /** Gives new tokens for one that was looked at. */
  rotate(refreshToken: string, nonce: string): Issue {
    const stays = this.kind === 'not_rotating' || this.#random() * 4 < this.#answersWithout;
    if (stays && refreshToken === this.#live) {
      const isRepeated = this.kind === 'not_rotating' && this.#random() * 4 >= this.#answersWithout;
      return this.#issue(isRepeated ? refreshToken : undefined, refreshToken, nonce);
    }
    this.#used.add(refreshToken);
    this.#parent = refreshToken;
    return this.#issueRotated(refreshToken, nonce);
  }

  /** Ends the refresh token, and nothing else. */
  revoke(): void {
    this.#live = undefined;
  }

  /** Force-refresh: ends everything else. */
  recover(nonce: string): Issue | undefined {
    if (!this.hasAccount) return undefined;
    this.#access.clear();
    return this.#issueRotated(undefined, nonce);
  }

  /** Creates the account; undefined where there is one already that isn't opened again. */
  create(nonce: string): Issue | undefined {
    if (this.hasAccount) return this.kind === 'reopening' ? this.recover(nonce) : undefined;
    this.hasAccount = true;
    return this.#issueRotated(undefined, nonce);
  }

  #issueRotated(spent: string | undefined, nonce: string): Issue {
    this.#live = `refresh-${this.issues.length + 1}`;
    return this.#issue(this.#live, spent, nonce);
  }

  #issue(refreshToken: string | undefined, spent: string | undefined, nonce: string): Issue {
    const accessToken = `access-${this.issues.length + 1}`;
    const expiresAt = this.#now() + LIFE_MS;
    this.#access.set(accessToken, expiresAt);
    const issue = { accessToken, refreshToken, spent, at: this.#now(), expiresAt, nonce, isLost: () => false };
    this.issues.push(issue);
    return issue;
  }
}
