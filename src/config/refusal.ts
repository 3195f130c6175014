/** Thrown by a variable's parser to say why a value cannot be used, without repeating the value. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** The end of a sentence that begins with the variable's name. */
  readonly problem: string;
  /** What is accepted, or what to do, as a complete sentence. */
  readonly accepted: string;

  constructor(problem: string, accepted: string, options?: { cause: unknown }) {
    super(problem, options);
    this.problem = problem;
    this.accepted = accepted;
  }
}
