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
