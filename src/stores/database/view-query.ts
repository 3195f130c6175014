import { exchangeStatusColumns, isUnreadQuery } from './lease-query.ts';

/** How a database names the parameters of {@link viewQuery}, and its own time. */
export interface ViewParameters {
  readonly realm: string;
  readonly subject: string;
  /** The parameter for how long a call may take effect after its exchange was opened, in milliseconds. */
  readonly unresolvedMs: string;
  readonly now: string;
}

/**
 * The warm path's one statement. The current credential is, of those that have not ended, the one whose exchange was
 * opened last. It is unsettled where a recovery other than its own took effect, or may have, after its exchange was
 * opened. That is a recovery that was opened later and gave no credential or one that has ended; or one that was
 * abandoned, whether or not anybody noticed, and whose answer came late or can't come any more. Clocks are compared
 * only for abandoned ones: the others are ordered by their numbers, which no change of a clock affects.
 */
export function viewQuery(parameters: ViewParameters): string {
  return selectView(parameters, '');
}

/** The view and the exchange status at one moment, which a renewal needs. */
export function viewWithStatusQuery(parameters: ViewParameters): string {
  const status = exchangeStatusColumns({ ...parameters, grantId: 'g.id' });
  return selectView(parameters, `, ${status}, case when ${isUnreadQuery('g.id')} then 1 else 0 end as is_unread`);
}

function selectView({ realm, subject, unresolvedMs, now }: ViewParameters, more: string): string {
  return `
  select g.id, g.account_id, g.integrated_at, g.failures, g.retry_at, g.last_failure,
    c.exchange_id, c.nonce, c.obtained_at, c.expires_at, c.token_type, c.access_token, c.refresh_token, c.provider_data,
    case when exists (select 1 from exchanges e
      where e.grant_id = g.id and e.kind = 'recover' and e.id <> c.exchange_id and (
        (e.outcome in ('obtained', 'unknown', 'unreadable')
          and (e.id > c.exchange_id or (e.outcome_at > e.finished_at and e.outcome_at > c.opened_at)))
        or (e.outcome is null and (e.finished_at is not null or e.lease_until <= ${now})
          and e.opened_at + ${unresolvedMs} <= ${now}
          and (e.id > c.exchange_id or e.opened_at + ${unresolvedMs} > c.opened_at))))
      then 1 else 0 end as unsettled, ${confirmation()} as confirmation${more}
  from connections k
  join grants g on g.id = k.grant_id
  left join credentials c on c.grant_id = g.id and c.exchange_id =
    (select max(s.exchange_id) from credentials s where s.grant_id = g.id and s.ended_at is null)
  where k.realm = ${realm} and k.subject = ${subject}`;
}

/**
 * 1 where an import has named the account and the provider has not, 2 where it has named another one since, 0 elsewhere.
 * Events are read only where no credential is left.
 */
function confirmation(): string {
  return `case when g.account_id is null or g.profile_at is not null then 0
      when c.exchange_id is null and (select v.reason from events v
        where v.grant_id = g.id and v.type <> 'grant.disconnected' order by v.number desc limit 1) = 'account_mismatch'
      then 2 else 1 end`;
}
