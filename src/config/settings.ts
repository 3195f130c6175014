import { ConfigError, type ConfigProblem } from './config-error.ts';
import type { Values } from './env.ts';
import { Refusal } from './refusal.ts';
import { type VariableName, type VariableWithDefault, defaultOf } from './variables.ts';

/** Reads variables one by one, and keeps what is wrong and what is odd until the end. */
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

  /** Undefined where the variable is unset, or where `parse` threw a {@link Refusal}, which is then noted. */
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

  /** As {@link read}, with the default of the table in place of nothing. */
  decide<T>(variable: VariableWithDefault, parse: (text: string) => T): T {
    return this.read(variable, parse) ?? parse(defaultOf(variable));
  }

  /** Refuses where one of two is set without the other; `where` says where both are to be found. */
  requireBoth(one: VariableName, other: VariableName, where: string): void {
    if (this.has(one) === this.has(other)) return;
    const [missing, present] = this.has(one) ? [other, one] : [one, other];
    this.refuse(missing, `is not set, but ${present} is`, `Set both or neither; ${where}.`);
  }

  refuse(variable: string, problem: string, accepted: string): void {
    this.#problems.push({ variable, problem, accepted });
  }

  /** Throws a ConfigError where anything was refused. */
  finish(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }
}
