import { ConfigError, type ConfigProblem } from './config-error.ts';
import type { Values } from './env.ts';
import { Refusal } from './refusal.ts';
import { type VariableName, type VariableWithDefault, defaultOf } from './variables.ts';

/** Reads variables one by one, and collects problems and warnings. */
export class Settings {
  readonly warnings: string[] = [];
  readonly #problems: ConfigProblem[] = [];
  readonly #values: Values;

  constructor(values: Values) {
    this.#values = values;
  }

  has(variable: VariableName): boolean {
    return this.#values[variable] !== undefined;
  }

  /** The parsed value; undefined if the variable is unset or if `parse` throws a {@link Refusal}, which is recorded. */
  read<T>(variable: VariableName, parse: (text: string) => T): T | undefined {
    const text = this.#values[variable];
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.refuse(variable, error.problem, error.accepted);
      return undefined;
    }
  }

  /** Like {@link read}, but uses the default in the table if there is no value. */
  decide<T>(variable: VariableWithDefault, parse: (text: string) => T): T {
    return this.read(variable, parse) ?? parse(defaultOf(variable));
  }

  /** Records a problem if only one of two variables is set; `where` says where to find both. */
  requireBoth(one: VariableName, other: VariableName, where: string): void {
    if (this.has(one) === this.has(other)) return;
    const [missing, present] = this.has(one) ? [other, one] : [one, other];
    this.refuse(missing, `is not set, but ${present} is`, `Set both or neither; ${where}.`);
  }

  refuse(variable: string, problem: string, accepted: string): void {
    this.#problems.push({ variable, problem, accepted });
  }

  /** @throws ConfigError if any problem was recorded */
  finish(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }
}
