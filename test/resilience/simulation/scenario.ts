import * as fc from 'fast-check';
import { BOUNDS, LIFE_MS } from './world/bounds.ts';
import { CLOCK_SET_BACK, FAULT, GARBLED, REVERSION, type Fault } from './world/faults.ts';
import { CREATING, type UpstreamKind } from './world/upstream.ts';

/** What one schedule is made of; everything else follows from it, to the last step. */
export interface Scenario {
  /** Of all delays and orders that nothing here names. */
  readonly seed: number;
  readonly instances: number;
  /** Instances of one machine share a disk, and see whether another one lives. */
  readonly machines: 'one' | 'several';
  /** Whether the database tells waiting instances of changes. */
  readonly hints: boolean;
  /** Of four refresh answers, how many bring no refresh token. */
  readonly answersWithout: number;
  /** The longest way of an undisturbed request or reply, in milliseconds. */
  readonly travelMs: number;
  /** With a token, with none, or with one whose refresh token the provider has ended for reasons of its own. */
  readonly beginning: 'connected' | 'provision' | 'revoked';
  readonly rounds: readonly Round[];
  readonly faults: readonly Fault[];
}

/** Callers who come at about the same time. */
export interface Round {
  /** After the round before, in milliseconds. */
  readonly afterMs: number;
  readonly callers: readonly CallerPlan[];
}

/** One caller. */
export interface CallerPlan {
  readonly slot: number;
  readonly afterMs: number;
  readonly wants: 'any' | 'longer' | 'new' | 'another';
  /** Comes again soon, whatever it was told about waiting. */
  readonly isImpatient: boolean;
}

const CALLER: fc.Arbitrary<CallerPlan> = fc.record({
  slot: fc.nat({ max: 2 }),
  afterMs: fc.constantFrom(0, 0, 1, 5, 20, 80, 400, 1_200, 4_000),
  wants: fc.constantFrom('any', 'any', 'any', 'any', 'longer', 'new', 'another'),
  isImpatient: fc.constantFrom(false, false, true),
});

const ROUND: fc.Arbitrary<Round> = fc.record({
  afterMs: fc.constantFrom(LIFE_MS + 1_000, LIFE_MS - 5_000, LIFE_MS * 1.2, LIFE_MS / 2),
  callers: fc.array(CALLER, { minLength: 1, maxLength: 4 }),
});

/**
 * What befalls every schedule, once or twice: the database goes back in time, its clock is set back, or an answer comes
 * that nobody can read.
 */
export type DatabaseFault = 'reversion' | 'clock set back' | 'unreadable answer';

const DATABASE_FAULTS: Readonly<Record<DatabaseFault, fc.Arbitrary<Fault>>> = {
  reversion: REVERSION,
  'clock set back': CLOCK_SET_BACK,
  'unreadable answer': GARBLED,
};

/** Schedules with up to `faults` things that go wrong, and with what befalls the database. */
export function scenarios(options: {
  faults: number;
  kind: UpstreamKind;
  database?: DatabaseFault | undefined;
}): fc.Arbitrary<Scenario> {
  const faults = fc.array(FAULT, { maxLength: options.faults, size: 'max' });
  return fc.record({
    seed: fc.nat(),
    instances: fc.constantFrom(2, 1, 3),
    machines: fc.constantFrom('several', 'one'),
    hints: fc.boolean(),
    // A grace and a token that stays now and then do not go together: of a chain, only the last is presented again.
    answersWithout: options.kind === 'grace' ? fc.constantFrom(0, 4) : fc.constantFrom(0, 0, 1, 4),
    travelMs: fc.constantFrom(30, 30, 400, BOUNDS.upstreamMs / 3),
    beginning: CREATING.includes(options.kind)
      ? fc.constantFrom('connected', 'provision', 'revoked', 'revoked')
      : fc.constant('connected'),
    rounds: fc.array(ROUND, { minLength: 1, maxLength: 3, size: 'max' }),
    faults: options.database === undefined ? faults : withSome(DATABASE_FAULTS[options.database], faults),
  });
}

function withSome(fault: fc.Arbitrary<Fault>, rest: fc.Arbitrary<Fault[]>): fc.Arbitrary<Fault[]> {
  return fc.tuple(fault, fc.option(fault), rest).map(([one, two, more]) => [one, ...(two ? [two] : []), ...more]);
}
