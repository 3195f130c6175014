import type { Logger } from 'pino';
import type { GrantEvent } from './grants/events.ts';
import type { ExchangeReport } from './grants/renewal.ts';

/**
 * One line an exchange: one that gave a credential is news, one that didn't is a warning. What its event asks of a person has a line
 * of its own.
 */
export function journalTo(logger: Logger, told: (event: GrantEvent) => void) {
  return ({ outcome, cause, event, ...report }: ExchangeReport) => {
    const what = event && { event: event.type, reason: event.reason };
    const line = { ...report, outcome, ...what, ...(cause === undefined ? {} : { err: cause }) };
    if (outcome === 'obtained' || outcome === 'account_exists') logger.info(line, 'exchange');
    else logger.warn(line, 'exchange');
    if (event !== undefined && needsPerson(event)) told(event);
  };
}

/** A line for each event that came without an exchange of ours; only what asks something of a person is a warning. */
export function eventsTo(logger: Logger) {
  return (event: GrantEvent) => {
    if (needsPerson(event)) logger.warn(event, 'event');
    else logger.info(event, 'event');
  };
}

function needsPerson({ type }: GrantEvent): boolean {
  return type === 'grant.reconnect_required' || type === 'grant.lapsed';
}
