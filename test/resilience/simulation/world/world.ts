import { Secret } from '../../../../src/secret.ts';
import { SUBJECT } from '../../../support/stores/one-grant.ts';
import { LIFE_MS, UNRESOLVED_MS } from './bounds.ts';
import { ask, type Answer } from './callers.ts';
import { Census } from '../judge/census.ts';
import { FaultPlan } from './fault-plan.ts';
import { Fleet } from './fleet.ts';
import type { Heart } from '../heart.ts';
import { Judge } from '../judge/judge.ts';
import { Violation } from '../judge/violation.ts';
import { currentOf } from '../../../support/memory-store/derive.ts';
import type { MemoryStore } from '../../../support/memory-store/memory-store.ts';
import { Memory } from '../../../support/memory-store/rows.ts';
import { REALM, THE_ACCOUNT } from './process-provider.ts';
import { Process } from './process.ts';
import type { CallerPlan, Scenario } from '../scenario.ts';
import { Scheduler } from './scheduler.ts';
import { seededRandom } from '../../../support/seeded-random.ts';
import type { Bounds, Surroundings } from './surroundings.ts';
import { CREATING, Upstream, type UpstreamKind } from './upstream.ts';

const START = Date.UTC(2026, 5, 1, 12);
/** From the last callers to the end of all faults, and on to the last look, in milliseconds. */
const AFTERMATH_MS = LIFE_MS + 10_000;
const TRIES = 6;
/** Enough for what was kept to be read by an instance that nothing disturbs, in milliseconds. */
const REREAD_WITHIN_MS = 2_000;
/** With less than this left, in milliseconds, a token is renewed ahead of its end. */
const DUE_MS = LIFE_MS / 10;
/** After the last fault: the longest back-off, and the longest that an answer may be waited for. */
const HEALED_WITHIN_MS = 60_000 + 2 * UNRESOLVED_MS + 20_000;

/** What a schedule is run with. */
export interface Run {
  readonly heart: Heart;
  readonly kind: UpstreamKind;
  readonly bounds: Bounds;
  readonly scenario: Scenario;
  /** Whether what is known and accepted is a violation too; see `NOT_PROMISED`. */
  readonly isStrict?: boolean;
  /** Where every line of the trace goes, if anybody wants it. */
  readonly trace?: (line: string) => void;
}

/** What came of a schedule. */
export interface Verdict {
  readonly violation: Violation | undefined;
  readonly census: Census;
  readonly steps: number;
}

/** Runs one schedule from its beginning to rest. The same run gives the same verdict, and the same trace. */
export async function runSchedule(run: Run): Promise<Verdict> {
  const { scenario, kind, bounds, trace } = run;
  const random = seededRandom(scenario.seed);
  const scheduler = new Scheduler(START, random);
  const census = new Census();
  const { answersWithout } = scenario;
  let setBackMs = 0;
  const mayRevert = scenario.faults.some(({ what }) => what === 'revert');
  const at: Surroundings = {
    scenario,
    bounds,
    isStrict: run.isStrict === true,
    scheduler,
    random,
    plan: new FaultPlan(scenario.faults),
    memory: new Memory(),
    upstream: new Upstream({ kind, random, now: () => scheduler.now, answersWithout }),
    census,
    folders: new Map(),
    note: (line) => trace?.(`${String(scheduler.now - START).padStart(7)} ${line()}`),
    changed: () => {
      if (mayRevert) at.memory.remember(scheduler.now);
      judge.changed();
    },
    opened: (nonce, readAt) => {
      judge.opened(nonce, readAt);
    },
    databaseNow: () => scheduler.now - setBackMs,
    setDatabaseBack: (ms) => {
      setBackMs += ms;
    },
    revert: (lagMs) => {
      judge.noteStored();
      if (!at.memory.goBackTo(scheduler.now - lagMs)) return;
      census.see('went back in time');
      judge.reverted();
    },
    view: () => observer.view(REALM, SUBJECT),
    isAlive: (holder) => fleet.isAlive(holder),
    reread: (afterMs) => {
      const slot = Math.floor(random() * scenario.instances);
      scheduler.in(afterMs, () => {
        fleet.reread(slot);
      });
    },
    crash: (process, { downMs, isMoved }) => {
      fleet.crash(process, downMs, isMoved);
    },
  };
  const fleet: Fleet = new Fleet(at, run.heart, () => judge);
  const judge: Judge = new Judge(at);
  const process = new Process({ slot: 0, machine: 'setup', holder: 'setup:0', scheduler, offsetMs: 0 });
  const observer = fleet.store(process);
  const world = new World(at, fleet, judge, observer);
  try {
    world.begin();
    await scheduler.run(
      () => world.isOver,
      () => {
        fleet.check();
        judge.look();
      },
    );
    world.end();
    return { violation: undefined, census, steps: scheduler.steps };
  } catch (error) {
    const violation = error instanceof Violation ? error : new Violation('no surprise', String(error));
    trace?.(`## ${violation.message}`);
    return { violation, census, steps: scheduler.steps };
  }
}

class World {
  isOver = false;
  readonly #at: Surroundings;
  readonly #fleet: Fleet;
  readonly #judge: Judge;
  readonly #store: MemoryStore;
  /** The credentials, by their exchanges, that were found due by a caller: surely, or to within a few milliseconds. */
  readonly #found = { due: new Set<string>(), nearlyDue: new Set<string>() };

  constructor(at: Surroundings, fleet: Fleet, judge: Judge, store: MemoryStore) {
    this.#at = at;
    this.#fleet = fleet;
    this.#judge = judge;
    this.#store = store;
  }

  /** Plans everything that is planned; the rest follows. */
  begin(): void {
    const { scenario, scheduler } = this.#at;
    if (scenario.beginning !== 'provision') this.#connect();
    if (scenario.beginning === 'revoked') this.#at.upstream.revoke();
    this.#fleet.startAll();
    let from = scenario.beginning === 'provision' ? -LIFE_MS / 2 : 0;
    for (const round of scenario.rounds) {
      from += round.afterMs;
      for (const caller of round.callers) {
        scheduler.in(from + caller.afterMs, () => {
          this.#call(caller, TRIES);
        });
      }
    }
    scheduler.in(from + AFTERMATH_MS, () => {
      this.#settle();
    });
  }

  /** @throws {@link Violation} */
  end(): void {
    this.#judge.atRest();
    const { upstream, census, memory, bounds, scenario } = this.#at;
    const takeovers = memory.exchanges.filter(
      (row) => row.finishedAt !== undefined && row.leaseUntil <= row.finishedAt,
    );
    if (takeovers.length > 0) census.see('takeover');
    if (census.isUndisturbed && takeovers.length > 0) throw new Violation('Q5/Q6', 'a live holder was overtaken');
    const picky = scenario.rounds.flatMap(({ callers }) => callers.filter(({ wants }) => wants !== 'any'));
    const isRevoked = scenario.beginning === 'revoked' ? 1 : 0;
    const factor = callsPerFault(upstream.kind, bounds, scenario.answersWithout);
    // A takeover follows on a crash or a pause, and is counted with it.
    const most =
      this.#found.nearlyDue.size + picky.length + isRevoked + factor * Math.max(census.weight, takeovers.length);
    const least = census.isUndisturbed ? this.#found.due.size : 0;
    if (upstream.calls < least || upstream.calls > most) {
      throw new Violation('Q5/Q6', `${upstream.calls} calls upstream where ${least} to ${most} are due`);
    }
  }

  /** The first credential, as linking an account by consent gives it. */
  #connect(): void {
    const { scheduler, upstream } = this.#at;
    const store = this.#store;
    store.connect(REALM, SUBJECT);
    const { grantId } = store.view(REALM, SUBJECT)!;
    const exchange = store.openExchange({
      grantId,
      kind: 'provision',
      presented: undefined,
      last: undefined,
      current: undefined,
    })!;
    const issue = upstream.create(exchange.nonce)!;
    store.finishObtained(exchange, {
      kind: 'obtained',
      tokens: {
        accessToken: new Secret(issue.accessToken),
        refreshToken: new Secret(issue.refreshToken!),
        expiresAt: scheduler.now + LIFE_MS,
        tokenType: 'Bearer',
      },
      profile: THE_ACCOUNT,
    });
  }

  #call(caller: CallerPlan, tries: number): void {
    const { scheduler } = this.#at;
    this.#findDue();
    ask({ at: this.#at, fleet: this.#fleet, judge: this.#judge }, caller.slot, caller.wants, (answer) => {
      if ('token' in answer || answer.code === 'reconnect_required' || tries <= 1) return;
      // Whatever it wanted, it was heard; to insist would be a new wish.
      const again = { ...caller, wants: 'any' as const, slot: caller.slot + 1 };
      scheduler.in(caller.isImpatient ? 300 : Math.max(300, answer.retryAfterMs), () => {
        this.#call(again, tries - 1);
      });
    });
  }

  #findDue(): void {
    const { memory, scheduler } = this.#at;
    const [grant] = memory.grants.keys();
    const current = grant === undefined ? undefined : currentOf(memory, grant);
    const left = (current?.expiresAt ?? 0) - scheduler.now;
    if (left < DUE_MS) this.#found.due.add(current?.nonce ?? '');
    if (left < DUE_MS + 50) this.#found.nearlyDue.add(current?.nonce ?? '');
  }

  /** Nothing goes wrong any more; every instance must come to serve, twice. */
  #settle(): void {
    const { scheduler, plan, scenario } = this.#at;
    this.#at.note(() => 'all faults are over');
    plan.end();
    this.#fleet.calm();
    const isGarbled = scenario.faults.some(({ what }) => what === 'garble');
    if (isGarbled) this.#fleet.rereadFromNowOn();
    scheduler.in(isGarbled ? REREAD_WITHIN_MS : 0, () => {
      this.#everybodyIsServedTwice();
    });
  }

  #everybodyIsServedTwice(): void {
    const { scheduler } = this.#at;
    this.#everybodyIsServed(() => {
      // Long enough for what was still under way to be told, and for the token to expire once more.
      scheduler.in(AFTERMATH_MS, () => {
        this.#everybodyIsServed(() => {
          scheduler.in(UNRESOLVED_MS * 3, () => {
            this.isOver = true;
          });
        });
      });
    });
  }

  #everybodyIsServed(done: () => void): void {
    const { scenario, scheduler } = this.#at;
    const until = scheduler.now + HEALED_WITHIN_MS;
    let waiting = scenario.instances;
    const served = (slot: number) => (answer: Answer) => {
      if ('token' in answer || answer.code === 'reconnect_required') {
        waiting -= 1;
        if (waiting === 0) done();
        return;
      }
      if (scheduler.now > until) {
        this.#fleet.fail(new Violation('Q3', `slot ${slot} still answers ${answer.code}, long after the last fault`));
        return;
      }
      scheduler.in(Math.max(300, answer.retryAfterMs), () => {
        askAgain(slot);
      });
    };
    const askAgain = (slot: number) => {
      this.#findDue();
      ask({ at: this.#at, fleet: this.#fleet, judge: this.#judge }, slot, 'any', served(slot));
    };
    for (let slot = 0; slot < scenario.instances; slot++) askAgain(slot);
  }
}

/** How many more calls one fault may cost: what an exhaustive search of the protocol found. */
function callsPerFault(kind: UpstreamKind, bounds: Bounds, answersWithout: number): number {
  if (CREATING.includes(kind)) return bounds === 'kept' ? 2 : 3;
  // Where a token stays in force now and then, an overtaken call may spend the one that the newest credential holds.
  return kind === 'rotating' && answersWithout === 0 ? 1 : 2;
}
