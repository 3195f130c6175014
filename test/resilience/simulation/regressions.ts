import type { Fault } from './world/faults.ts';
import type { CallerPlan, Scenario } from './scenario.ts';
import { BOUNDS, LIFE_MS, UNRESOLVED_MS } from './world/bounds.ts';
import type { Bounds } from './world/surroundings.ts';
import type { UpstreamKind } from './world/upstream.ts';

/** A schedule that once broke a property. */
export interface Regression {
  readonly name: string;
  readonly kind: UpstreamKind;
  readonly bounds: Bounds;
  readonly scenario: Scenario;
}

const CALLER: CallerPlan = { slot: 0, afterMs: 0, wants: 'any', isImpatient: false };
const NEXT = LIFE_MS + 1_000;

function scenario(faults: readonly Fault[], changes: Partial<Scenario> = {}): Scenario {
  return {
    seed: 0,
    instances: 2,
    machines: 'several',
    hints: false,
    answersWithout: 0,
    travelMs: 30,
    beginning: 'connected',
    rounds: [{ afterMs: NEXT, callers: [CALLER] }],
    faults,
    ...changes,
  };
}

/** Found once, held for ever. */
export const REGRESSIONS: readonly Regression[] = [
  {
    name: 'an exchange is opened after a late answer to what was read before',
    kind: 'rotating',
    bounds: 'kept',
    scenario: scenario(
      [
        { port: 'upstream', nth: 2, phase: 'after', what: 'pause', ms: BOUNDS.leaseMs * 1.2 },
        { port: 'upstream', nth: 2, phase: 'before', what: 'delay', ms: 1_500 },
        { port: 'open', nth: 3, phase: 'before', what: 'delay', ms: 1_500 },
      ],
      {
        rounds: [
          { afterMs: NEXT, callers: [CALLER] },
          { afterMs: NEXT, callers: [{ ...CALLER, isImpatient: true }, CALLER] },
        ],
      },
    ),
  },
  {
    name: 'an exchange is opened after a late answer that nobody could read',
    kind: 'rotating',
    bounds: 'kept',
    scenario: scenario(
      [
        { port: 'upstream', nth: 2, phase: 'after', what: 'garble', rereadAfterMs: 10 * LIFE_MS },
        { port: 'upstream', nth: 2, phase: 'after', what: 'pause', ms: BOUNDS.leaseMs * 1.2 },
        { port: 'upstream', nth: 2, phase: 'before', what: 'delay', ms: 1_500 },
        { port: 'open', nth: 3, phase: 'before', what: 'delay', ms: 1_500 },
      ],
      {
        rounds: [
          { afterMs: NEXT, callers: [CALLER] },
          { afterMs: NEXT, callers: [{ ...CALLER, isImpatient: true }, CALLER] },
        ],
      },
    ),
  },
  {
    name: 'a claim whose holder moved and never came back',
    kind: 'rotating',
    bounds: 'kept',
    scenario: scenario([
      { port: 'upstream', nth: 1, phase: 'before', what: 'pause', ms: BOUNDS.upstreamMs },
      { port: 'upstream', nth: 2, phase: 'after', what: 'crash', downMs: 50, isMoved: true },
    ]),
  },
  {
    name: 'a recovery that was sent late and ended as unknown later still',
    kind: 'managed',
    bounds: 'broken',
    scenario: scenario([
      { port: 'upstream', nth: 3, phase: 'before', what: 'pause', ms: 40_000 },
      { port: 'upstream', nth: 3, phase: 'after', what: 'lose' },
      { port: 'upstream', nth: 1, phase: 'after', what: 'crash', downMs: 50, isMoved: false },
    ]),
  },
  {
    name: 'writes reconnect_required a second time with nothing in between',
    kind: 'family',
    bounds: 'broken',
    scenario: scenario([
      { port: 'upstream', nth: 3, phase: 'after', what: 'pause', ms: 40_000 },
      { port: 'upstream', nth: 2, phase: 'after', what: 'lose' },
      { port: 'upstream', nth: 1, phase: 'before', what: 'pause', ms: 40_000 },
    ]),
  },
  {
    name: 'a recovery is answered late, and then the clock of the database is set back',
    kind: 'managed',
    bounds: 'kept',
    scenario: scenario(
      [
        { port: 'obtained', nth: 2, phase: 'after', what: 'set_back', ms: 3_600_000 },
        { port: 'upstream', nth: 2, phase: 'after', what: 'pause', ms: 40_000 },
      ],
      { beginning: 'revoked' },
    ),
  },
  {
    name: 'the seen token comes back under a higher number to a database that went back in time',
    kind: 'rotating',
    bounds: 'kept',
    scenario: scenario(
      [
        { port: 'open', nth: 3, phase: 'before', what: 'revert', lagMs: 70_000 },
        { port: 'obtained', nth: 2, phase: 'after', what: 'refuse', times: 2 },
      ],
      {
        travelMs: 400,
        rounds: [
          { afterMs: NEXT, callers: [CALLER] },
          {
            afterMs: LIFE_MS * 1.2,
            callers: [
              { ...CALLER, afterMs: 1_200, wants: 'another' },
              { ...CALLER, slot: 1 },
            ],
          },
        ],
      },
    ),
  },
  {
    name: 'the rejected token comes back to a database that had forgotten it',
    kind: 'rotating',
    bounds: 'kept',
    scenario: scenario(
      [
        { port: 'view', nth: 3, phase: 'before', what: 'revert', lagMs: 1_000 },
        { port: 'obtained', nth: 1, phase: 'after', what: 'refuse', times: 12 },
      ],
      {
        travelMs: 400,
        rounds: [{ afterMs: NEXT, callers: [CALLER, CALLER, { ...CALLER, afterMs: 1_200, wants: 'another' }] }],
      },
    ),
  },
  {
    name: 'a refusal of an exchange that was there before the database went back in time',
    kind: 'rotating',
    bounds: 'kept',
    scenario: scenario(
      [
        { port: 'upstream', nth: 1, phase: 'after', what: 'revert', lagMs: 1 },
        { port: 'upstream', nth: 1, phase: 'after', what: 'revert', lagMs: 1_000 },
        { port: 'upstream', nth: 1, phase: 'before', what: 'pause', ms: 1_200 },
      ],
      {
        rounds: [
          { afterMs: NEXT, callers: [CALLER, { ...CALLER, slot: 1 }] },
          { afterMs: NEXT, callers: [CALLER, CALLER] },
          { afterMs: NEXT, callers: [CALLER] },
        ],
      },
    ),
  },
  {
    name: 'a refusal of what came with an answer that was written again',
    kind: 'rotating',
    bounds: 'kept',
    scenario: scenario(
      [
        { port: 'obtained', nth: 2, phase: 'before', what: 'revert', lagMs: 70_000 },
        { port: 'open', nth: 2, phase: 'after', what: 'revert', lagMs: 1 },
      ],
      {
        seed: 287_014_043,
        answersWithout: 1,
        rounds: [
          {
            afterMs: LIFE_MS * 1.2,
            callers: [{ ...CALLER, afterMs: 1 }, CALLER, { ...CALLER, slot: 1 }, { ...CALLER, afterMs: 80 }],
          },
          { afterMs: NEXT, callers: [CALLER, CALLER, CALLER, CALLER] },
        ],
      },
    ),
  },
];

/** Schedules with several faults at once that break what is not promised. */
export const NOT_PROMISED: readonly Regression[] = [
  {
    // The exchange of a dead process is closed as unknown at once, so nobody waits for what it had rescued.
    name: 'asks the user before a rescued answer is replayed',
    kind: 'rotating',
    bounds: 'kept',
    scenario: scenario([
      { port: 'renew', nth: 1, phase: 'after', what: 'crash', downMs: 50, isMoved: false },
      { port: 'obtained', nth: 1, phase: 'before', what: 'refuse', times: 6 },
    ]),
  },
  {
    // A recovery without an answer counts as resolved at U, although Q is for what takes effect after that.
    name: 'serves what a recovery ended that took effect between U and U + Q',
    kind: 'managed',
    bounds: 'outlived',
    scenario: scenario([{ port: 'upstream', nth: 2, phase: 'before', what: 'delay', ms: UNRESOLVED_MS - 300 }], {
      beginning: 'revoked',
      rounds: [{ afterMs: NEXT, callers: [{ ...CALLER, afterMs: 400 }, CALLER] }],
    }),
  },
  {
    // The same, where the process died at once and its successor closed its exchange as unknown.
    name: 'serves what the recovery of a dead process ended',
    kind: 'managed',
    bounds: 'outlived',
    scenario: scenario(
      [
        { port: 'upstream', nth: 2, phase: 'before', what: 'delay', ms: BOUNDS.upstreamMs - 500 },
        { port: 'renew', nth: 3, phase: 'after', what: 'crash', downMs: 50, isMoved: false },
      ],
      { beginning: 'revoked' },
    ),
  },
];
