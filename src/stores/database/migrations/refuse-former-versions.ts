/** Versions of before take SQLSTATEs of this class for trouble that passes, and keep the answer that they have in hand. */
const STATE = '57E05';

/** The statements of versions of before that name exchanges by their numbers, as far as these have no nonce to miss. */
const BY_NUMBER = [
  String.raw`^\s*update "?(exchanges|credentials)"? set ((?!\mwhere\M).)*\mwhere "?(exchange_)?id"? (=|in)`,
  String.raw`^\s*delete from (exchanges|credentials) where (exchange_)?id in \(`,
  String.raw`^\s*with held as \(\s*select id from exchanges where id = any`,
];

/**
 * Triggers that refuse, on Postgres, what versions of before schema 5 write: they would take another grant's exchange for
 * theirs where both have the same number. They look at the statement itself, for its rows don't show how they were found.
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
