/**
 * What forgetting did when it looked at everything each time, as statements on one SQLite file: what it left is what must be
 * left now. Two differences are meant: it never looked again at an exchange whose credential it had taken already, and
 * it knew one age for all. A credential that was presented without an answer had no longer a life of its own.
 *
 * @param cutoffs facts and tokens from before these may go; epoch milliseconds
 */
export function formerForgetting({ facts, tokens }: { facts: number; tokens: number }): string[] {
  const isHistory = `c.exchange_id < (select max(s.exchange_id) from credentials s where s.grant_id = c.grant_id and s.ended_at is null)`;
  return [
    `delete from events where id in (
      select e.id from events e
      where e.at < ${facts} and (e.type <> 'grant.reconnect_required'
        or not exists (select 1 from grants g where g.id = e.grant_id)
        or exists (select 1 from events n where n.grant_id = e.grant_id and n.number > e.number
          and n.type <> 'grant.disconnected')))`,
    `delete from credentials where (grant_id, exchange_id) in (
      select c.grant_id, c.exchange_id from credentials c
      where c.ended_at < ${facts} and c.expires_at < ${facts} and ${isHistory})`,
    `delete from credentials where (grant_id, exchange_id) in (
      select c.grant_id, c.exchange_id from credentials c
      where c.ended_at < ${tokens} and c.expires_at < ${tokens} and ${isHistory}
        and not exists (select 1 from exchanges p where p.grant_id = c.grant_id and p.presented_id = c.exchange_id
          and coalesce(p.outcome, 'unknown') = 'unknown'))`,
    `delete from exchanges where (grant_id, id) in (
      select e.grant_id, e.id from exchanges e
      where not exists (select 1 from credentials o where o.grant_id = e.grant_id and o.exchange_id = e.id)
        and e.opened_at < ${facts} and e.outcome_at < ${facts} and e.kind <> 'import'
        and exists (select 1 from credentials s where s.grant_id = e.grant_id and s.ended_at is null
          and s.exchange_id > e.id and s.opened_at > e.outcome_at)
        and (e.kind <> 'recover' or not exists (select 1 from credentials s where s.grant_id = e.grant_id
          and s.ended_at is null and (s.exchange_id < e.id or s.opened_at <= e.outcome_at))))`,
  ];
}
