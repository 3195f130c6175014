import { parseArgs } from 'node:util';

/** One option of a bench: its default, and what `--help` says of it. */
export interface Argument {
  readonly default: string;
  readonly meaning: string;
}

/** What was given on the command line, or else the defaults; beside them `--json` and `--help`, which every bench has. */
export type Given<Name extends string> = Readonly<Record<Name, string>> & { readonly json: boolean };

/**
 * Reads the command line of a bench. With `--help` it says what there is and ends the process.
 *
 * @param what one sentence on what is measured
 * @throws TypeError where an option is not known
 */
export function readArguments<Name extends string>(what: string, known: Readonly<Record<Name, Argument>>): Given<Name> {
  const names = Object.keys(known) as Name[];
  const texts = Object.fromEntries(names.map((name) => [name, { type: 'string', default: known[name].default }]));
  const { values } = parseArgs({
    options: { ...(texts as Record<string, { type: 'string'; default: string }>), json: FLAG, help: FLAG },
  });
  if (values.help) {
    const lines = names.map(
      (name) => `  --${name.padEnd(14)} ${known[name].meaning} [${known[name].default || 'none'}]`,
    );
    console.log(`${what}\n\n${lines.join('\n')}\n  --json           answer as JSON\n  --help           this`);
    process.exit();
  }
  return values as unknown as Given<Name>;
}

const FLAG = { type: 'boolean', default: false } as const;

/** The stores that are named in a list with commas. */
export function storesOf(list: string): ('sqlite' | 'postgres')[] {
  return list.split(',').map((name) => {
    if (name === 'sqlite' || name === 'postgres') return name;
    throw new Error(`There is no store "${name}"; there are sqlite and postgres.`);
  });
}
