import type { DestinationStream } from 'pino';
import { providerNameOf } from '../../grants/providers.ts';

/** A log stream that prints each JSON line in a form that is easy to read at a glance. */
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
  readonly provider?: string;
  readonly detail?: string;
  readonly err?: { readonly message?: string };
  /** Set for exchanges. */
  readonly kind?: string;
  readonly outcome?: string;
  readonly durationMs?: number;
  readonly event?: string;
  /** Set for events. */
  readonly type?: string;
  readonly reason?: string;
  readonly realm?: string;
  readonly subjects?: readonly string[];
}

const WARN = 40;

function readable(line: LogLine): string {
  const { time, level, subject, subjects = [], provider, realm, reason, detail, err } = line;
  const clock = new Date(time).toTimeString().slice(0, 8);
  const whose = subject ?? subjects.join(', ');
  const where = provider ?? (realm === undefined ? undefined : providerNameOf(realm));
  const parts = [clock, level >= WARN ? '!' : '', whose, where, whatHappened(line), reason, detail, err?.message];
  return parts.filter((part) => part !== undefined && part !== '').join('  ');
}

function whatHappened({ msg, type, kind, outcome, durationMs = 0, event }: LogLine): string {
  if (outcome !== undefined) return `${kind ?? ''} -> ${outcome} (${durationMs} ms)${event ? `  ${event}` : ''}`;
  return type ?? msg;
}
