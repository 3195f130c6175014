/** Thrown by the parser of a variable: why its value can't be used, without the value. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** The end of a sentence that begins with the name of the variable. */
  readonly problem: string;
  /** A whole sentence: what is accepted, or what to do. */
  readonly accepted: string;

  constructor(problem: string, accepted: string, options?: { cause: unknown }) {
    super(problem, options);
    this.problem = problem;
    this.accepted = accepted;
  }
}
