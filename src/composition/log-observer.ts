import type { Logger } from 'pino';
import type { EventType, GrantEvent } from '../grants/events.ts';
import { namedConnection } from '../grants/connection-key.ts';
import type { ExchangeReport, GrantObserver } from '../grants/observer.ts';
import type { StoresOptions } from '../stores/index.ts';

/** The log of the stores: reports that do not concern grants. */
export type StoresLog = Required<Pick<StoresOptions, 'trouble' | 'remark' | 'progress'>>;

/** The log as an observer: everything but the tokens that are handed out. */
export type LogObserver = Omit<GrantObserver, 'handedOut'>;

/**
 * Writes the log: one line per exchange, one line per event not caused by our own exchange, and failures as errors. An
 * exchange's event that needs a person's attention gets its own line.
 */
export function logTo(logger: Logger): LogObserver {
  const recorded = (event: GrantEvent) => {
    if (needsPerson(event)) logger.warn(event, 'event');
    else logger.info(event, 'event');
  };
  return {
    recorded,
    exchanged(report) {
      const { outcome, event } = report;
      if (outcome === 'obtained' || outcome === 'account_exists') logger.info(lineOf(report), 'exchange');
      else logger.warn(lineOf(report), 'exchange');
      if (event !== undefined && needsPerson(event)) recorded(event);
    },
    failed(what, cause) {
      logger.error({ err: cause }, what);
    },
  };
}

/**
 * Logs what the stores report about their database: trouble as errors, oddities as warnings, and the progress of
 * migrations.
 */
export function storesLogTo(logger: Logger): StoresLog {
  return {
    trouble(what, cause) {
      logger.error({ err: cause }, what);
    },
    remark(what) {
      logger.warn(what);
    },
    progress(line) {
      logger.info(line);
    },
  };
}

function lineOf({ outcome, cause, event, ...report }: ExchangeReport) {
  const what = event && { event: event.type, reason: event.reason };
  const { subject, connection } = namedConnection(report.subject);
  const whose = connection === undefined ? { subject } : { subject, connection };
  return { ...report, ...whose, outcome, ...what, ...(cause === undefined ? {} : { err: cause }) };
}

const NEED_PERSON: readonly EventType[] = [
  'grant.reconnect_required',
  'grant.unrenewable',
  'grant.expiring',
  'grant.lapsed',
  'grant.unrevoked',
  'grant.answer_unreadable',
];

/** Only events that need a person's attention are warnings. */
function needsPerson({ type }: GrantEvent): boolean {
  return NEED_PERSON.includes(type);
}
