import { randomToken } from '../oauth/random-token.ts';
import type { Clock } from '../grants/clock.ts';
import { ImportLineError } from './import-fields.ts';
import { readImportLine, type ImportRules } from './import-line.ts';
import type { ImportedGrant, ImportStore, ImportVerdict, ScheduledImport } from '../grants/storage/import-store.ts';
import { renewalSchedule } from '../grants/rules/renewal-schedule.ts';

/** One line of what is imported. */
export interface InputLine {
  /** Counted from 1. */
  readonly number: number;
  /** Undefined where it can't be read, for `problem`'s reason. */
  readonly text: string | undefined;
  readonly problem?: string;
  /** Where it ends, in bytes from the beginning. */
  readonly end: number;
}

/** A line that was not imported. */
export interface RefusedLine {
  readonly line: number;
  /** As the line spells it; undefined where no one field is to blame. */
  readonly field: string | undefined;
  readonly message: string;
}

/** How many lines came to what. */
export interface ImportCounts {
  imported: number;
  alreadyThere: number;
  refused: number;
}

/** What a run needs. */
export interface ImportRun {
  readonly lines: AsyncIterable<InputLine>;
  readonly rules: Omit<ImportRules, 'now'>;
  /** `ImportStore.add`, or `ImportStore.check` to write nothing. */
  readonly store: ImportStore['add'];
  readonly clock: Clock;
  /** True once nothing new is to be begun. */
  readonly stopping: () => boolean;
  readonly refused: (line: RefusedLine) => void;
  /** Told after every batch, with the bytes read so far. */
  readonly progress: (counts: ImportCounts, bytes: number) => void;
}

/** How many lines go to the store together; it takes as many in one transaction. */
const LINES_AT_ONCE = 256;
/** How often, and in milliseconds how long between, a grant is tried again that somebody is just asking for. */
const BUSY = { tries: 20, pauseMs: 250 };

const REFUSALS: Readonly<Record<Exclude<ImportVerdict, 'imported' | 'already_there'>, Omit<RefusedLine, 'line'>>> = {
  other_account: {
    field: 'account_id',
    message: '"account_id" is another account than the one that this subject is connected to; nothing was changed',
  },
  account_elsewhere: {
    field: 'account_id',
    message:
      '"account_id" can\'t be given to this subject: it was connected before, and others share its connection or have this account; nothing was changed',
  },
  account_unnamed: {
    field: 'account_id',
    message: '"account_id" is missing; this subject is connected to an account, so say which one the tokens are of',
  },
  busy: {
    field: undefined,
    message: 'the provider is just being asked for tokens of this subject; import the line again in a moment',
  },
};

interface ReadLine {
  readonly number: number;
  readonly grant: ImportedGrant;
}

/** Imports line after line, in batches; a bad one never stops the others. What is counted is durable. */
export async function runImport(run: ImportRun): Promise<ImportCounts> {
  const counts: ImportCounts = { imported: 0, alreadyThere: 0, refused: 0 };
  const refuse = (line: RefusedLine) => {
    counts.refused += 1;
    run.refused(line);
  };
  let batch: InputLine[] = [];
  const flush = async () => {
    const read = batch.map((line) => readLine(line, run, refuse)).filter((line) => line !== undefined);
    for (const [index, verdict] of (await decide(run, read)).entries()) {
      if (verdict === 'imported') counts.imported += 1;
      else if (verdict === 'already_there') counts.alreadyThere += 1;
      else refuse({ line: read[index]?.number ?? 0, ...REFUSALS[verdict] });
    }
    run.progress(counts, batch.at(-1)?.end ?? 0);
    batch = [];
  };
  for await (const line of run.lines) {
    if (run.stopping()) return counts;
    batch.push(line);
    if (batch.length === LINES_AT_ONCE) await flush();
  }
  if (batch.length > 0 && !run.stopping()) await flush();
  return counts;
}

function readLine(
  { number, text, problem = 'this cannot be read' }: InputLine,
  { rules, clock }: ImportRun,
  refuse: (line: RefusedLine) => void,
): ReadLine | undefined {
  try {
    if (text === undefined) throw new ImportLineError(undefined, problem);
    return { number, grant: readImportLine(text, { ...rules, now: clock.now() }) };
  } catch (error) {
    if (!(error instanceof ImportLineError)) throw error;
    refuse({ line: number, field: error.field, message: error.message });
    return undefined;
  }
}

/** The verdicts on a batch; what is busy is tried again for a few seconds, for most answers take no longer. */
async function decide({ store, clock, stopping }: ImportRun, lines: readonly ReadLine[]): Promise<ImportVerdict[]> {
  const scheduled = (all: readonly { readonly grant: ImportedGrant }[]) =>
    all.map(({ grant }) => scheduledImport(grant, clock.now()));
  const verdicts = await store(scheduled(lines));
  for (let tries = 0; tries < BUSY.tries && verdicts.includes('busy') && !stopping(); tries += 1) {
    await clock.sleep(BUSY.pauseMs);
    const busy = lines.flatMap(({ grant }, index) => (verdicts[index] === 'busy' ? [{ grant, index }] : []));
    const next = await store(scheduled(busy));
    for (const [place, { index }] of busy.entries()) verdicts[index] = next[place] ?? 'busy';
  }
  return verdicts;
}

/** @param now epoch milliseconds; a token whose end isn't given is seen to at once */
function scheduledImport(grant: ImportedGrant, now: number): ScheduledImport {
  const ends = { expiresAt: grant.access?.expiresAt ?? now, refreshExpiresAt: grant.refresh?.expiresAt };
  return { ...grant, schedule: renewalSchedule(randomToken().reveal(), now, ends) };
}
