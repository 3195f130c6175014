/** Earlier versions take SQLSTATEs of this class for transient trouble, and keep the answer that they hold. */
const STATE = '57E05';

/** The statements of earlier versions that name exchanges by number and don't fail anyway for lack of a nonce. */
const BY_NUMBER = [
  String.raw`^\s*update "?(exchanges|credentials)"? set ((?!\mwhere\M).)*\mwhere "?(exchange_)?id"? (=|in)`,
  String.raw`^\s*delete from (exchanges|credentials) where (exchange_)?id in \(`,
  String.raw`^\s*with held as \(\s*select id from exchanges where id = any`,
];

/**
 * Postgres triggers that refuse writes by versions before schema 5: these would take another grant's exchange for their
 * own where both have the same number. The triggers inspect the statement's text, because rows don't show how they were
 * found.
 */
export function refuseFormerVersions(): string[] {
  const refusal = `raise exception 'The database has moved on to schema 5. Upgrade this instance.' using errcode = '${STATE}';`;
  const patterns = BY_NUMBER.map((pattern) => `current_query() ~* '${pattern}'`).join(' or ');
  return [
    `create function refuse_former_versions() returns trigger language plpgsql as $$ begin ${refusal} end $$`,
    ...['exchanges', 'credentials'].flatMap((table) => [
      `create trigger ${table}_of_former_versions before update or delete on ${table} for each statement
        when (${patterns}) execute function refuse_former_versions()`,
      `create trigger ${table}_without_nonce before insert on ${table} for each row
        when (new.nonce is null) execute function refuse_former_versions()`,
    ]),
    `create trigger events_without_number before insert on events for each row
      when (new.number = 0) execute function refuse_former_versions()`,
  ];
}
