/** What is wrong with one variable. Holds no values, for any of them may be secret. */
export interface ConfigProblem {
  readonly variable: string;
  /** What is wrong, as the end of a sentence that begins with the name. */
  readonly problem: string;
  /** What is accepted, or what to do. */
  readonly accepted: string;
}

/** The configuration can't be used. Names every problem at once, so that it is corrected in one go. */
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
