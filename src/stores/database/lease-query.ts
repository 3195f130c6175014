import { AHEAD_MS } from './clock-set-back.ts';

/** Exchanges count as recent within this time, in milliseconds, and up to this number. */
const RECENT_MS = 60_000;
const RECENT_LIMIT = 100;

/** How a database names the parameters of {@link exchangeStatusQuery}, and its own time. */
export interface ExchangeStatusParameters {
  readonly grantId: string;
  /** The parameter for how long a call may take effect after its exchange was opened, in milliseconds. */
  readonly unresolvedMs: string;
  readonly now: string;
}

/** The status of a grant's exchange. One prepared statement, because everything that waits for a grant polls it. */
export function exchangeStatusQuery(parameters: ExchangeStatusParameters): string {
  return `select ${exchangeStatusColumns(parameters)}`;
}

/** The exchange status of a grant, as columns of another statement or of one of its own. */
export function exchangeStatusColumns({ grantId, unresolvedMs, now }: ExchangeStatusParameters): string {
  const open = `from exchanges where grant_id = ${grantId} and finished_at is null`;
  return `
    (select max(id) from exchanges where grant_id = ${grantId}) as last,
    (select nonce from exchanges where grant_id = ${grantId} order by id desc limit 1) as last_nonce,
    (select count(*) from
      (select opened_at from exchanges where grant_id = ${grantId} order by id desc limit ${RECENT_LIMIT}) r
      where r.opened_at between ${now} - ${RECENT_MS - 1} and ${now} + ${AHEAD_MS}) as recent,
    (select holder ${open}) as holder,
    (select lease_until - ${now} ${open}) as leased_for,
    (select max(opened_at) + ${unresolvedMs} - ${now} from exchanges
      where grant_id = ${grantId} and outcome is null) as unresolved_for`;
}

/**
 * A condition: whether a grant has an unread answer that is newer than all of its credentials, and nobody has allowed
 * to present the refresh token again that was spent for it.
 *
 * @param grantId the grant's id as an expression
 */
export function isUnreadQuery(grantId: string): string {
  return `exists (select 1 from unread_answers u where u.grant_id = ${grantId} and u.may_present = 0
    and not exists (select 1 from credentials n where n.grant_id = u.grant_id and n.exchange_id >= u.exchange_id))`;
}
