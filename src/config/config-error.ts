/** A problem with one variable. Holds no values, since any of them may be secret. */
export interface ConfigProblem {
  readonly variable: string;
  /** The end of a sentence that begins with the variable's name. */
  readonly problem: string;
  /** What is accepted, or what to do, as a complete sentence. */
  readonly accepted: string;
}

/** The configuration is invalid. Lists all problems, so that they can be corrected in one go. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'config_invalid';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(describe(problems));
    this.problems = problems;
  }
}

function describe(problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [
    `The configuration has ${count}, so nothing was started.`,
    ...problems.map(({ variable, problem, accepted }) => `  ${variable} ${problem}.\n    ${accepted}`),
    'Correct the environment and start again. evergrant serve --help lists every variable.',
  ].join('\n');
}
