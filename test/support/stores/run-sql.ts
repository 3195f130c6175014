import { Client } from 'pg';

/** Runs statements one after another on a connection of their own; gives the rows of the last. */
export async function runSql(url: string, ...statements: readonly string[]): Promise<any[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let rows: any[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
