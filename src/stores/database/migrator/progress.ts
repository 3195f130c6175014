/** How often a line is reported, in milliseconds; faster work reports none. */
const EVERY_MS = 3_000;

/** Reports to an operator how far a migration has come, one line every few seconds. */
export class Progress {
  readonly #say: (line: string) => void;
  #saidAt = performance.now();

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  /** Reports a line, unless the last one was a moment ago. */
  tell(line: () => string): void {
    if (performance.now() - this.#saidAt < EVERY_MS) return;
    this.#saidAt = performance.now();
    this.#say(line());
  }
}

/**
 * Progress in words: "120,000 of about 2,000,000 rows, about 2 minutes left".
 *
 * @param since how many were done when this process started, and how long ago that was, in milliseconds
 */
export function howFar(done: number, total: number, since: { done: number; ms: number }): string {
  const all = Math.max(done, total);
  const rate = (done - since.done) / since.ms;
  const left = rate > 0 ? `, ${timeLeft((all - done) / rate)} left` : '';
  return `${thousands(done)} of about ${thousands(all)} rows${left}`;
}

function timeLeft(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 100) return `about ${seconds} s`;
  return `about ${thousands(Math.round(seconds / 60))} min`;
}

function thousands(count: number): string {
  return Math.round(count).toLocaleString('en');
}
