import type { ImportCounts } from '../grants/import-run.ts';

/** Where progress is shown: standard error, as a rule. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** How often a terminal is written to, in milliseconds, and after how many lines anything else is. */
const TERMINAL_PAUSE_MS = 100;
const LINES_PER_REPORT = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

/** How far an import has come: one line that is rewritten on a terminal, a line now and then elsewhere. */
export class ImportProgress {
  readonly #output: ProgressOutput;
  readonly #totalBytes: number | undefined;
  readonly #startedAt = performance.now();
  #shownAt = Number.NEGATIVE_INFINITY;
  #reported = 0;
  #isOnLine = false;

  /** @param totalBytes how much there is to read; undefined where nobody knows */
  constructor(output: ProgressOutput, totalBytes: number | undefined) {
    this.#output = output;
    this.#totalBytes = totalBytes;
  }

  update(counts: ImportCounts, bytes: number): void {
    const lines = counts.imported + counts.alreadyThere + counts.refused;
    if (this.#output.isTTY === true) {
      const now = performance.now();
      if (now - this.#shownAt < TERMINAL_PAUSE_MS) return;
      this.#shownAt = now;
      this.#output.write(`${CLEAR_LINE}${this.#text(lines, bytes)}`);
      this.#isOnLine = true;
      return;
    }
    if (lines - this.#reported < LINES_PER_REPORT) return;
    this.#reported = lines - (lines % LINES_PER_REPORT);
    this.#output.write(`${this.#text(lines, bytes)}\n`);
  }

  /** Writes a line of its own, or makes room for what others write. */
  say(text?: string): void {
    if (this.#isOnLine) this.#output.write(CLEAR_LINE);
    this.#isOnLine = false;
    if (text !== undefined) this.#output.write(`${text}\n`);
  }

  #text(lines: number, bytes: number): string {
    const seconds = Math.max(0.001, (performance.now() - this.#startedAt) / 1000);
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
