import { PostgresDialect, PostgresDriver, type DatabaseConnection } from 'kysely';
import { PipelinedConnection } from './pipelined-connection.ts';

/**
 * Kysely's Postgres dialect, except for transactions: they start with our settings in one round trip, and statements
 * are sent without waiting for answers.
 */
export class SettledPostgresDialect extends PostgresDialect {
  readonly #config: ConstructorParameters<typeof PostgresDialect>[0];

  constructor(config: ConstructorParameters<typeof PostgresDialect>[0]) {
    super(config);
    this.#config = config;
  }

  override createDriver(): PostgresDriver {
    return new SettledDriver(this.#config);
  }
}

type End = (connection: DatabaseConnection) => Promise<void>;

class SettledDriver extends PostgresDriver {
  readonly #made = new WeakMap<DatabaseConnection, DatabaseConnection>();

  override async acquireConnection(...request: Parameters<PostgresDriver['acquireConnection']>) {
    const made = await super.acquireConnection(...request);
    const connection = new PipelinedConnection(made);
    this.#made.set(connection, made);
    return connection;
  }

  override beginTransaction(connection: DatabaseConnection): Promise<void> {
    pipelined(connection).begin();
    return Promise.resolve();
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await pipelined(connection).commit(() => super.commitTransaction(this.#madeFor(connection)));
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const rollBack = super.rollbackTransaction.bind(this) as End;
    await pipelined(connection).rollBack(() => rollBack(this.#madeFor(connection)));
  }

  override async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const release = super.releaseConnection.bind(this) as End;
    await release(this.#madeFor(connection));
  }

  #madeFor(connection: DatabaseConnection): DatabaseConnection {
    const made = this.#made.get(connection);
    if (made === undefined) throw new Error('The connection is not of this driver.');
    return made;
  }
}

/** All connections of this driver are of this class. */
function pipelined(connection: DatabaseConnection): PipelinedConnection {
  if (connection instanceof PipelinedConnection) return connection;
  throw new Error('The connection is not of this driver.');
}
