import type { DestinationStream } from 'pino';

/** Turns log lines into ones that a person reads at a glance. */
export function devJournal(output: { write(text: string): unknown }): DestinationStream {
  return {
    write(line) {
      output.write(`${readable(JSON.parse(line) as LogLine)}\n`);
    },
  };
}

interface LogLine {
  readonly time: number;
  readonly level: number;
  readonly msg: string;
  readonly subject?: string;
  readonly kind?: string;
  readonly outcome?: string;
  readonly detail?: string;
  readonly durationMs?: number;
  readonly err?: { readonly message?: string };
}

const WARN = 40;

function readable({ time, level, msg, subject, kind, outcome, detail, durationMs, err }: LogLine): string {
  const clock = new Date(time).toTimeString().slice(0, 8);
  const what = outcome === undefined ? msg : `${kind ?? ''} -> ${outcome} (${durationMs ?? 0} ms)`;
  const parts = [clock, level >= WARN ? '!' : ' ', subject ?? '', what, detail ?? '', err?.message ?? ''];
  return parts.filter((part) => part !== '').join('  ');
}
