import type { ImportCounts } from '../../imports/import-run.ts';

/** Where progress is shown: standard error, as a rule. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** How often a terminal is written to, and how often anything else is, in milliseconds. */
const PAUSE_MS = { terminal: 100, elsewhere: 5_000 };
const CLEAR_LINE = '\r\u001b[2K';

/** How far an import has come: one line that is rewritten on a terminal, a line now and then elsewhere. */
export class ImportProgress {
  readonly #output: ProgressOutput;
  readonly #totalBytes: number | undefined;
  readonly #now: () => number;
  readonly #startedAt: number;
  #shownAt: number;
  #isOnLine = false;

  /**
   * @param totalBytes how much there is to read; undefined where nobody knows
   * @param now a clock that nobody sets, in milliseconds
   */
  constructor(output: ProgressOutput, totalBytes: number | undefined, now = () => performance.now()) {
    this.#output = output;
    this.#totalBytes = totalBytes;
    this.#now = now;
    this.#startedAt = now();
    // A terminal shows something at once; a log is told nothing of what is soon over.
    this.#shownAt = output.isTTY === true ? Number.NEGATIVE_INFINITY : this.#startedAt;
  }

  update(counts: ImportCounts, bytes: number): void {
    const isTerminal = this.#output.isTTY === true;
    const now = this.#now();
    if (now - this.#shownAt < (isTerminal ? PAUSE_MS.terminal : PAUSE_MS.elsewhere)) return;
    this.#shownAt = now;
    const text = this.#text(counts.imported + counts.alreadyThere + counts.refused, bytes);
    this.#output.write(isTerminal ? `${CLEAR_LINE}${text}` : `${text}\n`);
    this.#isOnLine = isTerminal;
  }

  /** Writes a line of its own, or makes room for what others write. */
  say(text?: string): void {
    if (this.#isOnLine) this.#output.write(CLEAR_LINE);
    this.#isOnLine = false;
    if (text !== undefined) this.#output.write(`${text}\n`);
  }

  #text(lines: number, bytes: number): string {
    const seconds = Math.max(0.001, (this.#now() - this.#startedAt) / 1000);
    const parts = [`${lines} lines`, `${Math.round(lines / seconds)} a second`];
    if (this.#totalBytes !== undefined && bytes > 0) {
      const left = (Math.max(0, this.#totalBytes - bytes) / bytes) * seconds;
      parts.push(`${Math.floor((100 * bytes) / this.#totalBytes)} %`, `${duration(left)} left`);
    }
    return parts.join(', ');
  }
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
