import { setImmediate as immediate } from 'node:timers/promises';
import type { ProactiveRenewal } from '../../../../src/grants/upkeep/proactive-renewal.ts';
import { perMinuteOf, SAVED_MS } from '../../../../src/grants/upkeep/upkeep-budget.ts';
import type { DueGrant, UpkeepStore } from '../../../../src/grants/storage/upkeep-store.ts';
import type { Provider } from '../../../../src/providers/provider.ts';
import { Violation } from '../judge/violation.ts';
import { MemoryPauses } from '../../../support/memory-store/memory-pauses.ts';
import { seededRandom } from '../../../support/seeded-random.ts';

const MINUTE_MS = 60_000;
const ROUND_MS = 2_000;
const LENGTH_MS = 40 * MINUTE_MS;
const REALM = 'some-realm';
/** Longer than any of them takes to fail, in milliseconds. */
const BACK_OFF_MS = 30_000;

interface Exchange {
  readonly at: number;
  readonly isLapse: boolean;
}

interface Token {
  readonly grantId: string;
  /** From when on upkeep is to see to it, and until when; milliseconds from the start. */
  from: number;
  end: number;
  retryAt: number;
}

/**
 * Forty minutes of upkeep under budget: refresh tokens that lapse, more access tokens in use than the budget renews, callers
 * who spend some or all of it, and one to three instances that know of each other by the database's facts alone.
 */
export class BudgetWorld {
  readonly #random;
  readonly #provider: Provider;
  readonly #perMinute: number;
  readonly #callersPerMinute: number;
  readonly #instances: readonly ProactiveRenewal[];
  readonly #lapsing: Token[];
  readonly #inUse: Token[];
  readonly #exchanges: Exchange[] = [];
  readonly #underWay: { readonly until: number; readonly end: () => void }[] = [];
  #now = 0;

  /** @param Ahead the product's own, or a mutant of it */
  constructor(Ahead: typeof ProactiveRenewal, seed: number) {
    this.#random = seededRandom(seed);
    const share = this.#one(0.25, 0.5, 0.9);
    this.#provider = { name: 'some', realm: REALM, requestsPerMinute: this.#one(60, 120, 240) } as Provider;
    this.#perMinute = perMinuteOf(this.#provider, share);
    this.#callersPerMinute = this.#perMinute * this.#one(0, 0, 0.5, 3);
    this.#lapsing = this.#lapsingTokens();
    this.#inUse = Array.from({ length: this.#perMinute * 8 }, (_, n) => this.#accessToken(`used-${n}`, 0));
    const pauses = new MemoryPauses(() => this.#now);
    const clock = { now: () => this.#now, monotonic: () => this.#now, sleep: unused, every: unused };
    this.#instances = Array.from({ length: this.#one(1, 2, 3) }, () => {
      const renew = (_: Provider, { grantId }: DueGrant) => this.#renew(grantId);
      const common = { pauses, clock, random: this.#random, providers: [this.#provider], share };
      return new Ahead({ ...common, store: this.#store(), renew });
    });
  }

  /** Lets it all happen. @throws {@link Violation} */
  async run(): Promise<void> {
    for (; this.#now < LENGTH_MS; this.#now += ROUND_MS) {
      for (const each of this.#underWay.splice(0)) {
        if (each.until <= this.#now) each.end();
        else this.#underWay.push(each);
      }
      // What is over is heard of before the next round.
      await immediate();
      this.#inUse.forEach(({ grantId, end }, index) => {
        if (end <= this.#now) this.#inUse[index] = this.#accessToken(grantId, this.#now);
      });
      const callers = (this.#callersPerMinute * ROUND_MS) / MINUTE_MS;
      for (let n = this.#random(); n < callers; n += 1) this.#exchanges.push({ at: this.#now, isLapse: false });
      for (const instance of this.#instances) {
        const left = this.#perMinute - this.#recent().length;
        const before = this.#exchanges.length;
        await instance.round();
        this.#judge(this.#exchanges.slice(before), left);
      }
    }
    this.#judgeUse();
  }

  /**
   * @param begun in the last round of one instance
   * @param left of the budget, before that
   */
  #judge(begun: readonly Exchange[], left: number): void {
    const lapsed = this.#lapsing.find(({ end }) => end <= this.#now);
    if (lapsed !== undefined)
      throw new Violation('no lapse', `${lapsed.grantId} has lapsed, and there was room for it`);
    if (begun.length > left && begun.some(({ isLapse }) => !isLapse)) {
      throw new Violation('within budget', 'an access token was renewed though nothing was left for it');
    }
    const lapses = this.#recent().filter(({ isLapse }) => isLapse).length;
    const most = this.#perMinute + Math.max(1, (SAVED_MS / MINUTE_MS) * this.#perMinute);
    if (lapses > most)
      throw new Violation('within budget', `${lapses} refresh tokens in a minute, ${most} are allowed`);
  }

  /** What refresh tokens and callers leave is used: there is always an access token that is due. */
  #judgeUse(): void {
    const all = this.#exchanges.length;
    const allowed = (this.#perMinute * LENGTH_MS) / MINUTE_MS;
    if (all < allowed * 0.8) throw new Violation('budget used', `${all} exchanges, where ${allowed} are allowed`);
  }

  /** As many as half of the budget saves with something to spare: spread over the time, or all at once at its end. */
  #lapsingTokens(): Token[] {
    const count = Math.floor((this.#perMinute / 2) * (LENGTH_MS / MINUTE_MS) * this.#one(0.1, 0.3, 0.5));
    const isAtOnce = this.#random() < 0.5;
    return Array.from({ length: count }, (_, n) => {
      const end = isAtOnce ? LENGTH_MS - ROUND_MS : LENGTH_MS * (0.3 + 0.7 * this.#random());
      return { grantId: `lapsing-${n}`, from: isAtOnce ? 0 : end * this.#random() * 0.3, end, retryAt: 0 };
    });
  }

  #accessToken(grantId: string, now: number): Token {
    const from = now + 5 * MINUTE_MS * this.#random();
    return { grantId, from, end: from + 10 * MINUTE_MS, retryAt: 0 };
  }

  #store(): UpkeepStore {
    const due = (tokens: Token[], limit: number, urgency: (token: Token) => number): Promise<DueGrant[]> =>
      Promise.resolve(
        tokens
          .filter(({ from, end, retryAt }) => from <= this.#now && end > this.#now && retryAt <= this.#now)
          .sort((one, other) => urgency(one) - urgency(other))
          .slice(0, limit)
          .map(({ grantId }) => ({ grantId, subject: grantId, exchangeId: 1 })),
      );
    return {
      load: () => {
        const recent = this.#recent();
        const recentLapses = recent.filter(({ isLapse }) => isLapse).length;
        return Promise.resolve({ recentExchanges: recent.length, recentLapses });
      },
      due: (_, limit) => due(this.#inUse, limit, ({ from }) => from),
      lapsing: (_, limit) => due(this.#lapsing, limit, ({ from, end }) => (end - this.#now) / (end - from)),
    } as Partial<UpkeepStore> as UpkeepStore;
  }

  #recent() {
    return this.#exchanges.slice(-1_000).filter(({ at }) => at > this.#now - MINUTE_MS);
  }

  /** Takes its time, and fails now and then. Of two instances, one finds that the other was faster. */
  async #renew(grantId: string): Promise<void> {
    const tokens = grantId.startsWith('lapsing') ? this.#lapsing : this.#inUse;
    const token = tokens.find((each) => each.grantId === grantId);
    if (token === undefined || token.retryAt > this.#now) return;
    const isLapse = tokens === this.#lapsing;
    this.#exchanges.push({ at: this.#now, isLapse });
    token.retryAt = this.#now + BACK_OFF_MS;
    const until = this.#now + this.#one(0, 0, 500, 2_500, 9_000);
    await new Promise<void>((end) => this.#underWay.push({ until, end }));
    if (this.#random() < 0.1) return;
    const index = tokens.indexOf(token);
    if (isLapse) tokens.splice(index, 1);
    else tokens[index] = this.#accessToken(grantId, this.#now);
  }

  #one<Choice>(...choices: readonly [Choice, ...Choice[]]): Choice {
    return choices[Math.floor(this.#random() * choices.length)] ?? choices[0];
  }
}

function unused(): never {
  throw new Error('Renewing ahead waits for nothing by itself.');
}
