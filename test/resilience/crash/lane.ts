import assert from 'node:assert/strict';
import { REFUSAL_POINTS, REPLAY_POINTS } from './crash-points.ts';
import { judge, type Death, type Verdict } from './judge.ts';
import { isMadeByUs, KINDS } from './kinds.ts';
import { assertSound, type Ledger } from './ledger.ts';
import type { Slot, WorkerOptions } from './protocol.ts';
import type { Upstream } from './upstream.ts';
import { killWhileStarting, startWorker } from './worker-process.ts';

/** One database and everything around it, in which one process dies after another. */
export interface Lane {
  readonly upstream: Upstream;
  readonly ledger: Ledger;
  readonly worker: Omit<WorkerOptions, 'crash'>;
}

/** What came of all the deaths. */
export interface Toll {
  kills: number;
  judged: number;
  verdicts: Record<Verdict, number>;
}

/** Each death strikes another set of subjects, so that nobody is renewed more often than the keeper allows. */
const SETS = 6;
/** How many others ask while one dies at a planned step. */
const OTHERS = 2;
const STRIKE_WITHIN_MS = 260;
const START_WITHIN_MS = 500;

/** Lets one process after another die, and judges every time what the next one makes of it. */
export async function dieAgainAndAgain(lane: Lane, deaths: readonly Death[]): Promise<Toll> {
  const { upstream, worker: options } = lane;
  const toll: Toll = { kills: 0, judged: 0, verdicts: { kept: 0, lost: 0, revoked: 0 } };
  const sets: Slot[][] = [];
  let newcomers: Slot[] = [];
  const newcomer = async (kind: string) => {
    const slot = await upstream.slot(kind, `user-${(made += 1)}`);
    if (!isMadeByUs(kind)) newcomers.push(slot);
    return slot;
  };
  let made = 0;
  let randomDeaths = 0;
  for (let set = 0; set < SETS; set += 1) sets.push(await Promise.all(KINDS.map(({ name }) => newcomer(name))));

  let struck: { set: Slot[]; asked: Slot[]; death: Death } | undefined;
  for (const [turn, death] of [...deaths, undefined].entries()) {
    await using worker = await startWorker(options);
    assert.ok(worker !== undefined, 'a process dies of starting');
    const asked = await worker.follow({ hold: newcomers, ask: struck?.asked ?? [] });
    assert.ok(asked !== undefined, 'a process dies without being told to');
    newcomers = [];
    for (const [index, answer] of asked.entries()) {
      const slot = struck?.asked[index];
      assert.ok(slot !== undefined && struck !== undefined);
      const verdict = await judge(lane, slot, answer, struck.death);
      toll.judged += 1;
      toll.verdicts[verdict] += 1;
      if (verdict !== 'kept') struck.set[struck.set.indexOf(slot)] = await newcomer(slot.kind);
    }
    if (death === undefined) {
      await worker.kill();
      break;
    }
    const set = sets[turn % SETS] ?? [];
    // Whoever is new must be held before it is asked for.
    const unheld = new Set(newcomers);
    const ask = witnesses(set, death, turn).filter((slot) => !unheld.has(slot));
    struck = { set, asked: ask, death };
    if (death === 'at random') {
      await worker.killDuring({ ask }, Math.random() * STRIKE_WITHIN_MS);
      toll.kills += 1;
      randomDeaths += 1;
      if (randomDeaths % 3 !== 1) continue;
      await killWhileStarting(options, Math.random() * START_WITHIN_MS);
      toll.kills += 1;
      continue;
    }
    const isReplay = REPLAY_POINTS.some((point) => point === death.point);
    if (REFUSAL_POINTS.some((point) => point === death.point)) {
      for (const slot of ask) if (slot.kind === death.kind) await upstream.revoke(slot);
    }
    const crash = isReplay ? ({ point: 'rescue-kept', kind: death.kind } as const) : death;
    assert.equal(await worker.follow({ ask, crash }), undefined, `nobody came to ${crash.point} of ${crash.kind}`);
    toll.kills += 1;
    if (!isReplay) continue;
    assert.equal(await startWorker({ ...options, crash: death }), undefined, `nobody came to ${death.point}`);
    toll.kills += 1;
  }
  await assertSound(lane.ledger);
  return toll;
}

/** Whose exchanges are under way at a death: everybody's, or of the one to die and of some others. */
function witnesses(set: readonly Slot[], death: Death, turn: number): Slot[] {
  if (death === 'at random') return [...set];
  return set.filter(({ kind }, index) => kind === death.kind || (index + turn) % KINDS.length < OTHERS);
}
