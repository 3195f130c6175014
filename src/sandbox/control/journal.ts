import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

/** One received request. */
export interface JournalEntry {
  /** When the request had fully arrived, by the sandbox's clock, in ISO 8601. */
  at: string;
  method: string;
  /** Without the query. */
  path: string;
  /** The response status; null if none was sent: pending, held by `hang`, cut by `reset` or `drop_reply`. */
  status: number | null;
  /** The names of the body's top-level fields, never their values. */
  body_fields: string[];
}

const MAX_ENTRIES = 100_000;

/**
 * Every request in order of arrival. With a file, each event is appended to it at once as one line, so that the journal
 * survives a kill without being rewritten for every request. Keeps the latest 100,000 entries.
 */
export class Journal {
  #entries: JournalEntry[] = [];
  #forgotten = 0;
  readonly #indexes = new WeakMap<JournalEntry, number>();
  readonly #file: string | undefined;

  constructor(file?: string) {
    this.#file = file;
    if (file !== undefined) this.#replay(file);
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** How many of the oldest entries were dropped to stay within the limit. */
  get forgotten(): number {
    return this.#forgotten;
  }

  arrive(entry: JournalEntry): JournalEntry {
    this.#indexes.set(entry, this.#forgotten + this.#entries.length);
    this.#entries.push(entry);
    if (this.#entries.length > MAX_ENTRIES) {
      this.#forgotten += this.#entries.splice(0, MAX_ENTRIES / 10).length;
    }
    this.#append(entry);
    return entry;
  }

  answered(entry: JournalEntry, status: number): void {
    entry.status = status;
    const index = this.#indexes.get(entry);
    if (index !== undefined) this.#append({ index, status });
  }

  clear(): void {
    for (const entry of this.#entries) this.#indexes.delete(entry);
    this.#entries = [];
    this.#forgotten = 0;
    if (this.#file !== undefined) writeFileSync(this.#file, '', { mode: 0o600 });
  }

  #append(event: JournalEntry | { index: number; status: number }): void {
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(event)}\n`, { mode: 0o600 });
  }

  #replay(file: string): void {
    let text = '';
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
    // Text after the last newline is a line that a kill cut short.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n')) {
      if (line === '') continue;
      const event = JSON.parse(line) as JournalEntry | { index: number; status: number };
      if (!('index' in event)) {
        this.#entries.push(event);
        continue;
      }
      const entry = this.#entries[event.index];
      if (entry !== undefined) entry.status = event.status;
    }
    // A status refers to its entry by position, so the file is rewritten to make positions start at 0 again.
    writeFileSync(file, this.#entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
  }
}
