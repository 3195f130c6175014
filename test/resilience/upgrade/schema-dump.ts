import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';

/** The schema of a database as lines to compare: columns, indexes and constraints. */
export type SchemaDump = readonly string[];

/** Of a SQLite file: what was said to make it, whitespace aside. */
export function sqliteSchema(path: string): SchemaDump {
  using database = new DatabaseSync(path, { readOnly: true });
  const columns = database
    .prepare(
      `select t.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk as line
        from sqlite_schema t, pragma_table_info(t.name) c where t.type = 'table' and t.name not like 'sqlite_%'
        order by t.name, c.cid`,
    )
    .all();
  const said = database
    .prepare(`select type || ' ' || name || ': ' || coalesce(sql, '') as line from sqlite_schema order by type, name`)
    .all();
  return [...columns, ...said].map(({ line }) => withoutTimes(String(line).replaceAll(/\s+/g, ' ')));
}

/** Of a Postgres database. Triggers are left out, which upgraded databases have against the versions of before. */
export async function postgresSchema(url: string): Promise<SchemaDump> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ line: string }>(`
      select format('%s.%s %s %s %s %s %s', c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod),
          a.attnotnull, a.attidentity, pg_get_expr(d.adbin, d.adrelid)) as line
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'S') and a.attnum > 0
      union all
      select format('%s valid %s', pg_get_indexdef(indexrelid), indisvalid) from pg_index i
        join pg_class c on c.oid = i.indexrelid where c.relnamespace = 'public'::regnamespace
      union all
      select format('%s %s: %s, valid %s', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated)
        from pg_constraint where connamespace = 'public'::regnamespace
      order by line`);
    return rows.map(({ line }) => withoutTimes(line));
  } finally {
    await client.end();
  }
}

/** A default may be the moment of the migration. */
function withoutTimes(line: string): string {
  return line.replaceAll(/\d{13}/g, 'a moment');
}
