import { Command } from 'commander';
import type { Reread } from '../../grants/keeper/reread.ts';
import { asTyped } from '../as-typed.ts';
import { plainTable } from '../plain-table.ts';
import { devOption, openStored } from '../stored-config.ts';

interface RereadOptions {
  readonly provider?: string;
  readonly present?: readonly string[];
  readonly json?: boolean;
  readonly dev?: boolean;
}

/** A reread answer with its provider's name. */
interface Told extends Reread {
  readonly provider: string;
}

const HEAD = ['provider', 'subjects', 'grant', 'kept since', 'may present', 'why'];

/** `evergrant grants reread`: reads kept answers again, with this version and these definitions. */
export function rereadCommand(): Command {
  return new Command('reread')
    .description('read kept answers again, which no version could read so far; asks no provider for anything')
    .option('--provider <name>', 'only answers of this provider')
    .option(
      '--present <subjects...>',
      'let the old refresh tokens of these subjects be presented once more, where their answers still cannot be read',
    )
    .option('--json', 'answer as JSON')
    .addOption(devOption())
    .action(async ({ provider, present = [], json, ...options }: RereadOptions) => {
      await using operator = await openStored(options);
      const all = (await operator.providers()).all.map(({ name }) => name);
      if (provider !== undefined && !all.includes(provider)) {
        throw new RangeError(`There is no provider "${provider}". Accepted: ${all.join(', ')}.`);
      }
      const still: Told[] = [];
      let cameBack = 0;
      for (const name of provider === undefined ? all : [provider]) {
        for await (const each of operator.reread(name, new Set(present))) {
          if (each.cameBack) cameBack += 1;
          else still.push({ ...each, provider: name });
        }
      }
      if (json === true) console.log(JSON.stringify({ came_back: cameBack, still_unread: still.map(wireOf) }));
      else print(cameBack, still);
    });
}

function print(cameBack: number, still: readonly Told[]): void {
  console.log(
    `${cameBack === 1 ? '1 answer' : `${cameBack} answers`} could be read now; their grants are alive again.`,
  );
  if (still.length === 0) return;
  console.log(`\n${still.length} still cannot be read:\n`);
  console.log(plainTable(HEAD, still.map(rowOf)));
  console.log(
    "\nTry a newer version, or a definition that says where the tokens are. If nothing else is left, let a subject's old " +
      `refresh token be presented once more, which the provider may refuse: ${asTyped('grants reread --present SUBJECT')}`,
  );
}

function rowOf(told: Told): string[] {
  const { provider, subjects, grant_id: grantId, kept_since: since, may_present: mayPresent, why } = wireOf(told);
  return [provider, subjects.join(', '), grantId, since, mayPresent ? 'yes' : 'no', why ?? ''];
}

function wireOf({ provider, answer, why, mayPresent }: Told) {
  return {
    provider,
    subjects: answer.subjects,
    grant_id: answer.grantId,
    exchange_id: answer.place.exchangeId,
    kept_since: new Date(answer.keptAt).toISOString(),
    may_present: mayPresent,
    why,
  };
}
