/** How much a run proves: at a newcomer's desk, in the gate, and where somebody takes the time. */
export type Effort = 'smoke' | 'proofs' | 'long';

/** Which of them this run is: `npm test`, `npm run test:proofs` and `.ci/run`, or one of the long `npm run test:<name>`. */
export const EFFORT: Effort =
  process.env['EVERGRANT_LONG'] === '1' ? 'long' : process.env['EVERGRANT_PROOFS'] === '1' ? 'proofs' : 'smoke';

/** Picks what belongs to this run's effort. */
export function effort<Value>(forms: Readonly<Record<Effort, Value>>): Value {
  return forms[EFFORT];
}

/** The `skip` of a test that says nothing in a short form: the reason in `npm test`, false everywhere else. */
export const NOT_IN_SMOKE: string | false = effort<string | false>({
  smoke: 'it takes its time: npm run test:proofs',
  proofs: false,
  long: false,
});
