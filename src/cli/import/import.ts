import { Command } from 'commander';
import { parseSubject } from '../../callers/subject.ts';
import type { ImportCounts, ImportVerification, RefusedLine, UnverifiedLine } from '../../imports/import-run.ts';
import type { ImportStore } from '../../grants/storage/import-store.ts';
import { HOW_TO_CONFIGURE } from '../../providers/families.ts';
import { systemClock } from '../../composition/system-clock.ts';
import { importHelp } from './help.ts';
import { chunksOf, ImportError, openInput } from './input.ts';
import { ImportProgress } from './progress.ts';
import { readInput } from './read-input.ts';
import { askedToStop } from '../signals.ts';
import { devOption, storedConfig } from '../stored-config.ts';

interface ImportOptions {
  readonly dryRun?: boolean;
  readonly ignoreUnknown?: boolean;
  readonly json?: boolean;
  readonly dev?: boolean;
  readonly verify?: boolean;
}

/** The shell convention: 128 plus the number of SIGINT. */
const INTERRUPTED = 130;

/** `evergrant import`: imports tokens that another program obtained. */
export function importCommand(): Command {
  return new Command('import')
    .description('take over tokens that another program obtained; the same file again changes nothing')
    .argument('<file>', 'JSON lines, a JSON array or CSV; "-" for standard input')
    .option('--dry-run', 'check every line and write nothing')
    .option('--verify', 'first ask the providers whose the access tokens are; spends no token, and takes its time')
    .option('--ignore-unknown', 'pass over fields that mean nothing here')
    .option('--json', 'answer as JSON')
    .addOption(devOption())
    .addHelpText('after', importHelp())
    .action(async (path: string, options: ImportOptions) => {
      const config = await storedConfig(options);
      const { input, size, warning } = await openInput(path);
      if (warning !== undefined) console.error(`Warning: ${warning}`);
      const { openOperator } = await import('../../composition/operator.ts');
      await using operator = await openOperator(config);
      const { imports } = operator;
      const providers = await operator.providers();
      if (providers.all.length === 0) {
        throw new ImportError(`No provider is configured. ${HOW_TO_CONFIGURE}`);
      }
      const { runImport } = await import('../../imports/import-run.ts');
      const store = options.dryRun === true ? await rehearsed(imports) : imports.add.bind(imports);
      const progress = new ImportProgress(process.stderr, size);
      const refusedLines: RefusedLine[] = [];
      const unverifiedLines: UnverifiedLine[] = [];
      let counts: ImportCounts = { imported: 0, alreadyThere: 0, refused: 0 };
      const stop = new AbortController();
      void askedToStop().then(() => {
        stop.abort();
        // The rest of the input is not needed, and standard input may never end.
        input.destroy();
      });
      const stopping = () => stop.signal.aborted;
      const verification = async (): Promise<ImportVerification> => {
        const { Verifier } = await import('../../imports/verifier.ts');
        return {
          verifier: new Verifier({ providers, clock: systemClock, stopping }),
          check: imports.check.bind(imports),
          unverified: (line) => {
            unverifiedLines.push(line);
            if (options.json !== true) progress.say(`line ${line.line}: not verified: ${line.why}`);
          },
        };
      };
      try {
        await runImport({
          lines: readInput(chunksOf(input, stop.signal), { ignoreUnknown: options.ignoreUnknown === true }),
          rules: { providers, subjectOf: parseSubject, ignoreUnknown: options.ignoreUnknown === true },
          store,
          verification: options.verify === true ? await verification() : undefined,
          clock: systemClock,
          stopping,
          refused: (line) => {
            if (options.json === true) refusedLines.push(line);
            else progress.say(`line ${line.line}: ${line.message}`);
          },
          progress: (now, bytes) => {
            counts = { ...now };
            progress.update(now, bytes);
          },
        });
      } finally {
        progress.say();
        report({ counts, refusedLines, unverifiedLines, isInterrupted: stop.signal.aborted, options });
      }
      if (counts.refused > 0) process.exitCode = 1;
      if (stop.signal.aborted) process.exitCode = INTERRUPTED;
    });
}

async function rehearsed(imports: ImportStore): Promise<ImportStore['add']> {
  const { rehearse } = await import('../../imports/rehearsal.ts');
  return rehearse(imports.check.bind(imports));
}

interface Outcome {
  readonly counts: ImportCounts;
  readonly refusedLines: readonly RefusedLine[];
  readonly unverifiedLines: readonly UnverifiedLine[];
  readonly isInterrupted: boolean;
  readonly options: ImportOptions;
}

function report({ counts, refusedLines, unverifiedLines, isInterrupted, options }: Outcome): void {
  const { imported, alreadyThere, refused, verified = 0 } = counts;
  const isDryRun = options.dryRun === true;
  if (options.json === true) {
    const refused_lines = [...refusedLines].sort((one, other) => one.line - other.line);
    const summary = { imported, already_there: alreadyThere, refused, dry_run: isDryRun, interrupted: isInterrupted };
    const asked = options.verify === true ? { verified, unverified_lines: unverifiedLines } : {};
    console.log(JSON.stringify({ ...summary, ...asked, refused_lines }));
    return;
  }
  const verb = isDryRun ? 'Would be imported' : 'Imported';
  console.log(`${verb}: ${imported}. Already there: ${alreadyThere}. Refused: ${refused}.`);
  if (options.verify === true) console.log(`Verified: ${verified}. Not verified: ${unverifiedLines.length}.`);
  if (isDryRun) console.log('This was a dry run: nothing was written.');
  if (isInterrupted) console.log('Interrupted. Run the same command again: it goes on where this one stopped.');
}
