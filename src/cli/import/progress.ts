import type { ImportCounts } from '../../imports/import-run.ts';

/** Where progress is shown, usually standard error. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The minimum interval between updates on a terminal and elsewhere, in milliseconds. */
const PAUSE_MS = { terminal: 100, elsewhere: 5_000 };
const CLEAR_LINE = '\r\u001b[2K';

/** Shows the progress of an import: one line that is rewritten on a terminal, an occasional line elsewhere. */
export class ImportProgress {
  readonly #output: ProgressOutput;
  readonly #totalBytes: number | undefined;
  readonly #now: () => number;
  readonly #startedAt: number;
  #shownAt: number;
  #isOnLine = false;

  /**
   * @param totalBytes size of the input; undefined if unknown
   * @param now a monotonic clock, in milliseconds
   */
  constructor(output: ProgressOutput, totalBytes: number | undefined, now = () => performance.now()) {
    this.#output = output;
    this.#totalBytes = totalBytes;
    this.#now = now;
    this.#startedAt = now();
    // A terminal shows progress at once; a log gets nothing about a short import.
    this.#shownAt = output.isTTY === true ? Number.NEGATIVE_INFINITY : this.#startedAt;
  }

  update(counts: ImportCounts, bytes: number): void {
    const isTerminal = this.#output.isTTY === true;
    const now = this.#now();
    if (now - this.#shownAt < (isTerminal ? PAUSE_MS.terminal : PAUSE_MS.elsewhere)) return;
    this.#shownAt = now;
    const text = this.#text(counts, bytes);
    this.#output.write(isTerminal ? `${CLEAR_LINE}${text}` : `${text}\n`);
    this.#isOnLine = isTerminal;
  }

  /** Prints `text` on its own line, or clears the progress line before other output. */
  say(text?: string): void {
    if (this.#isOnLine) this.#output.write(CLEAR_LINE);
    this.#isOnLine = false;
    if (text !== undefined) this.#output.write(`${text}\n`);
  }

  #text({ imported, alreadyThere, refused, verified }: ImportCounts, bytes: number): string {
    const lines = imported + alreadyThere + refused;
    const seconds = Math.max(0.001, (this.#now() - this.#startedAt) / 1000);
    const parts = [`${lines} lines`, `${Math.round(lines / seconds)} a second`];
    if (verified !== undefined) parts.splice(1, Infinity, `${verified} verified`);
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
