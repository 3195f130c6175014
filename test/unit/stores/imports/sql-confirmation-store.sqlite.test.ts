import { DatabaseSync } from 'node:sqlite';
import { confirmationContract } from '../contracts/connections/confirmation-contract.ts';
import { sqlitePlace } from '../../../support/stores/open-test-stores.ts';

confirmationContract('SQLite', async () => {
  const place = await sqlitePlace();
  const query = (sql: string) => {
    using database = new DatabaseSync(place.path, { timeout: 10_000 });
    return Promise.resolve(database.prepare(sql).all());
  };
  return { ...place, query };
});
