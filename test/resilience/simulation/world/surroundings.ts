import type { Random } from '../../../../src/grants/clock.ts';
import type { GrantView } from '../../../../src/grants/grant.ts';
import type { Rescued } from '../../../../src/grants/keeper/rescue.ts';
import type { Census } from '../judge/census.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Fault, Phase, Port } from './faults.ts';
import type { Memory } from '../../../support/memory-store/rows.ts';
import type { Process } from './process.ts';
import type { Scenario } from '../scenario.ts';
import type { Scheduler } from './scheduler.ts';
import type { Upstream } from './upstream.ts';

/**
 * How far the assumption holds that a call takes effect within U + Q:
 * - `kept`: it does, and whatever ended as `unknown` takes effect before that or never
 * - `broken`: it may take effect at any time, unless it ended as `unknown` before
 * - `outlived`: it does, but a call may take effect after it ended as `unknown`
 */
export type Bounds = 'kept' | 'outlived' | 'broken';

/** What every part of one simulated world has at hand. */
export interface Surroundings {
  readonly scenario: Scenario;
  readonly bounds: Bounds;
  /** Whether what is known and accepted is a violation too; see `NOT_PROMISED`. */
  readonly isStrict: boolean;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly plan: FaultPlan;
  readonly memory: Memory;
  readonly upstream: Upstream;
  readonly census: Census;
  /** What is on the disks: by folder, by the exchange's nonce. */
  readonly folders: Map<string, Map<string, Rescued>>;
  /** Adds a line to the trace, if anybody wants one. */
  note(line: () => string): void;
  /** Says that facts have changed, so that they are judged after this step. */
  changed(): void;
  /** Says that an exchange was opened on what was read at this time. */
  opened(nonce: string, readAt: number): void;
  /** The one grant as an instance would read it now. */
  view(): GrantView | undefined;
  /** Whether this holder is a process that may yet come back. */
  isAlive(holder: string): boolean;
  /** The database's clock, in epoch milliseconds. */
  databaseNow(): number;
  /** Sets the database's clock back by so many milliseconds, for good. */
  setDatabaseBack(ms: number): void;
  /** Takes the database back by so many milliseconds. */
  revert(lagMs: number): void;
  /** Has one of the instances read again what could not be read, so many milliseconds later. */
  reread(afterMs: number): void;
  /** Kills a process; another one takes its place later. */
  crash(process: Process, fault: Extract<Fault, { what: 'crash' }>): void;
}

/** What the faults met at a point mean for the call at hand. */
export interface Strike {
  readonly delayMs: number;
  readonly isLost: boolean;
  readonly said: 'throttled' | 'unknown' | 'not_sent' | undefined;
  readonly outageMs: number;
  readonly isGarbled: boolean;
}

/** Lets happen what is to go wrong at this point. */
export function strike(at: Surroundings, process: Process, port: Port, nth: number, phase: Phase): Strike {
  let delayMs = 0;
  let isLost = false;
  let said: Strike['said'];
  let outageMs = 0;
  let isGarbled = false;
  for (const fault of at.plan.meet(port, nth, phase)) {
    if (process.isDead) break;
    at.note(() => `!! ${fault.what} ${JSON.stringify(fault)} at ${process.holder}`);
    at.census.struck(fault);
    switch (fault.what) {
      case 'crash':
        at.crash(process, fault);
        break;
      case 'pause':
        process.pause(fault.ms);
        break;
      case 'delay':
        delayMs += fault.ms;
        break;
      case 'jump':
        process.offsetMs += fault.ms;
        at.census.skew(process.offsetMs);
        break;
      case 'lose':
        isLost = true;
        break;
      case 'say':
        said = fault.answer;
        break;
      case 'outage':
        outageMs = Math.max(outageMs, fault.ms);
        break;
      case 'garble':
        isGarbled = true;
        at.reread(fault.rereadAfterMs);
        break;
      case 'revert':
        at.revert(fault.lagMs);
        break;
      case 'set_back':
        at.setDatabaseBack(fault.ms);
        break;
      case 'refuse':
        break;
    }
  }
  return { delayMs, isLost, said, outageMs, isGarbled };
}
