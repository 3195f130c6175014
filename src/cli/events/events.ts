import { Command, InvalidArgumentError, Option } from 'commander';
import { EVENT_TYPES, type EventType, type GrantEvent } from '../../grants/events.ts';
import { providerNameOf } from '../../grants/providers.ts';
import type { EventCounts } from '../../stores/event-log.ts';
import { followEvents } from './follow-events.ts';
import { askedToStop } from '../signals.ts';
import { devOption, openStored } from '../stored-config.ts';

interface FilterOptions {
  readonly type?: EventType[];
  readonly subject?: string;
  readonly dev?: boolean;
  readonly json?: boolean;
}

interface ListOptions extends FilterOptions {
  readonly limit: number;
  readonly after?: number;
  readonly follow?: boolean;
}

const MOST_LISTED = 10_000;

/** `evergrant events`: lists what happened to grants. */
export function eventsCommand(): Command {
  return new Command('events')
    .description(
      'what happened to grants: created, refreshed, recovered, unrenewable, expiring, lapsed, answer_unreadable, reconnect_required, unrevoked',
    )
    .addCommand(list())
    .addCommand(summary());
}

function list(): Command {
  return filtered(new Command('list'))
    .description('list events, the newest first; refreshes are in the log and in the summary')
    .option('--limit <number>', 'how many at most', wholeNumber(1, MOST_LISTED), 50)
    .option(
      '--after <id>',
      'only what came after this event, the oldest first',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )
    .option('--follow', 'keep printing events as they come, the oldest first')
    .option('--json', 'print one JSON object per line')
    .action(async ({ type: types, subject, limit, after, follow, json, ...options }: ListOptions) => {
      await using operator = await openStored(options);
      const print = json === true ? printLine : tablePrinter();
      const filter = { types, subject };
      if (follow === true) {
        const stop = new AbortController();
        void askedToStop().then(() => {
          stop.abort();
        });
        const following = followEvents(operator.events, { ...filter, limit, after, signal: stop.signal });
        for await (const event of following) print(event);
        return;
      }
      const found = await operator.events.list({ ...filter, limit, after });
      for (const event of found) print(event);
      if (json === true) return;
      if (found.length > 0) console.log('');
      printSummary(await operator.events.counts(filter));
    });
}

function summary(): Command {
  return filtered(new Command('summary'))
    .description('count events and refreshes, and how often a token was lost')
    .option('--json', 'answer as JSON')
    .action(async ({ type: types, subject, json, ...options }: FilterOptions) => {
      await using operator = await openStored(options);
      const counts = await operator.events.counts({ types, subject });
      if (json !== true) {
        printSummary(counts);
        return;
      }
      const kinds = counts.kinds.map(({ type, reason, count }) => ({ type, reason: reason ?? null, count }));
      console.log(JSON.stringify({ events: kinds, losses: counts.losses, reverted: counts.reverted }));
    });
}

function filtered(command: Command): Command {
  return command
    .addOption(new Option('--type <types...>', 'only events of these types').choices(EVENT_TYPES))
    .option('--subject <subject>', 'only events of grants that this subject was connected to')
    .addOption(devOption());
}

/** Makes a parser for whole numbers from `least` to `most`, inclusive. */
function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Accepted: a whole number from ${least} to ${most}.`);
  };
}

function printLine({ id, type, reason, at, realm, grantId, subjects, exchangeId, detail }: GrantEvent): void {
  const time = new Date(at).toISOString();
  const line = {
    id,
    type,
    reason: reason ?? null,
    at: time,
    realm,
    grant_id: grantId,
    subjects,
    exchange_id: exchangeId,
    detail: detail ?? null,
  };
  console.log(JSON.stringify(line));
}

/**
 * Prints rows in columns of fixed width, since the next event may be long in coming. The header is printed with the
 * first row.
 */
function tablePrinter(): (event: GrantEvent) => void {
  let hasHead = false;
  return ({ at, type, reason, realm, subjects, id, detail = '' }) => {
    if (!hasHead) console.log(row('time', 'type', 'reason', 'provider', 'subjects', 'id', 'detail'));
    hasHead = true;
    const time = new Date(at).toISOString();
    console.log(row(time, type, reason ?? '', providerNameOf(realm), subjects.join(', '), String(id), detail));
  };
}

/** Column widths in characters, except the last. Provider names and subjects may be longer. */
const WIDTHS = [24, 24, 11, 16, 24, 6];

function row(...columns: readonly string[]): string {
  return columns
    .map((text, index) => text.padEnd(WIDTHS[index] ?? 0))
    .join('  ')
    .trimEnd();
}

function printSummary({ kinds, losses, reverted }: EventCounts): void {
  if (kinds.length === 0) console.log('There are no such events.');
  for (const { type, reason, count } of kinds) {
    console.log(`${String(count).padStart(8)}  ${type}${reason === undefined ? '' : `, ${reason}`}`);
  }
  console.log(`Tokens lost because the provider's answer never came: ${losses}`);
  if (reverted > 0) console.log(`Tokens lost because the database went back in time: ${reverted}`);
}
