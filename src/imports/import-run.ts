import { randomToken } from '../oauth/random-token.ts';
import type { Clock } from '../grants/clock.ts';
import { ImportLineError } from './import-fields.ts';
import { readImportLine, type ImportRules } from './import-line.ts';
import { RepeatedTokens } from './repeated-tokens.ts';
import type { Verifier } from './verifier.ts';
import type { ImportedGrant, ImportStore, ImportVerdict, ScheduledImport } from '../grants/storage/import-store.ts';
import { renewalSchedule } from '../grants/rules/renewal-schedule.ts';

/** One line of an import. */
export interface InputLine {
  /** Counted from 1. */
  readonly number: number;
  /** Undefined if it cannot be read, and `problem` says why; or if it is a row of a table, and `row` has it. */
  readonly text: string | undefined;
  /** Its values by the names of their columns. */
  readonly row?: object;
  readonly problem?: string;
  /** The field that the problem is about, as the line spells it. */
  readonly field?: string | undefined;
  /** Where it ends, in bytes from the start of the input. */
  readonly end: number;
}

/** A line that was not imported. */
export interface RefusedLine {
  readonly line: number;
  /** As the line spells it; undefined if no single field is to blame. */
  readonly field: string | undefined;
  readonly message: string;
}

/** The number of lines by result. */
export interface ImportCounts {
  imported: number;
  alreadyThere: number;
  refused: number;
  /** Lines that their provider has confirmed; only where it is asked. */
  verified?: number;
}

/** Asks providers about lines before they are stored. */
export interface ImportVerification {
  readonly verifier: Pick<Verifier, 'verify'>;
  /** `ImportStore.check`: only lines that would be imported are asked about. */
  readonly check: ImportStore['check'];
  /** Called for each line that the provider can't be asked about; it is imported all the same. */
  readonly unverified: (line: UnverifiedLine) => void;
}

/** A line that its provider can't be asked about. */
export interface UnverifiedLine {
  readonly line: number;
  readonly why: string;
}

/** Configures {@link runImport}. */
export interface ImportRun {
  readonly lines: AsyncIterable<InputLine>;
  readonly rules: Omit<ImportRules, 'now'>;
  /** `ImportStore.add`, or `ImportStore.check` to write nothing. */
  readonly store: ImportStore['add'];
  /** Undefined to ask nobody. */
  readonly verification?: ImportVerification | undefined;
  readonly clock: Clock;
  /** True once no new batch may start. */
  readonly stopping: () => boolean;
  readonly refused: (line: RefusedLine) => void;
  /** Called after every batch, with the number of bytes read so far. */
  readonly progress: (counts: ImportCounts, bytes: number) => void;
}

/** The number of lines per batch; the store writes them in one transaction. */
const LINES_AT_ONCE = 256;
/** How many times, and at what interval in milliseconds, to retry a grant that another process is asking for. */
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
  readonly end: number;
}

/**
 * Imports lines in batches; an invalid line never stops the others. Counted lines are durable.
 *
 * @returns the counts, also if it was stopped early
 * @throws the store's error
 */
export async function runImport(run: ImportRun): Promise<ImportCounts> {
  const counts: ImportCounts = { imported: 0, alreadyThere: 0, refused: 0 };
  const refuse = (line: RefusedLine) => {
    counts.refused += 1;
    run.refused(line);
  };
  const tokens = new RepeatedTokens();
  let batch: InputLine[] = [];
  const flush = async () => {
    const given = batch.map((line) => readLine(line, run, tokens, refuse)).filter((line) => line !== undefined);
    const read = await verified(run, given, { counts, refuse });
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
  { number, text, row, problem = 'this cannot be read', field, end }: InputLine,
  { rules, clock }: ImportRun,
  tokens: RepeatedTokens,
  refuse: (line: RefusedLine) => void,
): ReadLine | undefined {
  try {
    const content = row ?? text;
    if (content === undefined) throw new ImportLineError(field, problem);
    const grant = readImportLine(content, { ...rules, now: clock.now() });
    tokens.note(number, grant);
    return { number, grant, end };
  } catch (error) {
    if (!(error instanceof ImportLineError)) throw error;
    refuse({ line: number, field: error.field, message: error.message });
    return undefined;
  }
}

/** The lines that are left once their providers have been asked about those that would be imported. */
async function verified(
  run: ImportRun,
  lines: readonly ReadLine[],
  { counts, refuse }: { readonly counts: ImportCounts; readonly refuse: (line: RefusedLine) => void },
): Promise<readonly ReadLine[]> {
  const { verification, clock, stopping, progress } = run;
  if (verification === undefined) return lines;
  const verdicts = await verification.check(lines.map(({ grant }) => scheduledImport(grant, clock.now())));
  const left: ReadLine[] = [];
  for (const [index, line] of lines.entries()) {
    if (stopping()) return [];
    const isNew = verdicts[index] === 'imported';
    const found = isNew ? await verification.verifier.verify(line.grant) : undefined;
    if (found?.kind === 'refused') {
      if (!stopping()) refuse({ line: line.number, field: 'access_token', message: found.message });
      continue;
    }
    if (found?.kind === 'unverified') verification.unverified({ line: line.number, why: found.why });
    if (found?.kind === 'verified') counts.verified = (counts.verified ?? 0) + 1;
    left.push(line);
    if (isNew) progress(counts, line.end);
  }
  return left;
}

/** The verdicts on a batch. Busy grants are retried for a few seconds, as most exchanges take no longer. */
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

/** @param now epoch milliseconds; a token without a given expiry is due at once */
function scheduledImport(grant: ImportedGrant, now: number): ScheduledImport {
  const ends = { expiresAt: grant.access?.expiresAt ?? now, refreshExpiresAt: grant.refresh?.expiresAt };
  return { ...grant, schedule: renewalSchedule(randomToken().reveal(), now, ends) };
}
