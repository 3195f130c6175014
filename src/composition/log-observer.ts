import type { Logger } from 'pino';
import type { GrantEvent } from '../grants/events.ts';
import type { ExchangeReport, GrantObserver } from '../grants/observer.ts';
import type { StoresOptions } from '../stores/index.ts';

/** What stores tell, which is not of grants. */
export type StoresLog = Required<Pick<StoresOptions, 'trouble' | 'remark' | 'progress'>>;

/** What the log is told: everything but the tokens that are handed out. */
export type LogObserver = Omit<GrantObserver, 'handedOut'>;

/**
 * Writes the log: one line an exchange, a line for each event that came without an exchange of ours, and failures as errors.
 * What an exchange's event asks of a person has a line of its own.
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

/** Writes down what stores tell of their database: trouble as errors, what is odd as warnings, and how migrations go on. */
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
  return { ...report, outcome, ...what, ...(cause === undefined ? {} : { err: cause }) };
}

/** Only what asks something of a person is a warning. */
function needsPerson({ type }: GrantEvent): boolean {
  return type === 'grant.reconnect_required' || type === 'grant.lapsed';
}
