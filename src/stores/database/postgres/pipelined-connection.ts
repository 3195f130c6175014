import { CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely';
import { BEGIN } from './session-settings.ts';

/**
 * A Postgres connection for one transaction that sends statements without waiting for each other's answers. The server
 * runs them in order. After a failed one it runs none until the transaction ends, so the first error is the one that
 * matters, and nothing of such a transaction is committed.
 */
export class PipelinedConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection;
  readonly #committed: (() => void)[] = [];
  /** Everything that was sent and that its sender need not await. */
  #sent: Promise<void> = Promise.resolve();
  /** Whether the transaction has started. */
  #begun: Promise<boolean> = Promise.resolve(true);
  #state: 'none' | 'to begin' | 'begun' = 'none';

  /** @param inner the driver's connection */
  constructor(inner: DatabaseConnection) {
    this.#inner = inner;
  }

  /** Starts a transaction, with its first statement or statements. */
  begin(): void {
    this.#state = 'to begin';
  }

  /** Runs one statement, sent only once the transaction has certainly started: alone it would be committed at once. */
  async executeQuery<Row>(query: CompiledQuery, options?: Parameters<DatabaseConnection['executeQuery']>[1]) {
    if (this.#state === 'to begin') void this.send([]);
    await this.#sent;
    return this.#inner.executeQuery<Row>(query, options);
  }

  streamQuery<Row>(...request: Parameters<DatabaseConnection['streamQuery']>): AsyncIterableIterator<QueryResult<Row>> {
    return this.#inner.streamQuery(...request);
  }

  /**
   * Sends statements at once, behind the transaction's `begin` where that is still to be sent. If `begin` fails, they
   * run alone, so they must be harmless outside a transaction.
   *
   * @returns their answers, which fail with the first error of all that was sent
   */
  send(queries: readonly CompiledQuery[]): Promise<QueryResult<unknown>[]> {
    const before = this.#state === 'to begin' ? [CompiledQuery.raw(BEGIN)] : [];
    this.#state = 'begun';
    const answers = [...before, ...queries].map((query) => this.#inner.executeQuery<unknown>(query));
    if (before.length > 0) this.#begun = succeeds(answers[0]);
    const sent = this.#follow(answers);
    const all = sent.then(async () => (await Promise.all(answers)).slice(before.length));
    all.catch(() => undefined);
    return all;
  }

  /** Runs `work` once the transaction is committed. */
  onceCommitted(work: () => void): void {
    this.#committed.push(work);
  }

  /**
   * Commits the transaction, without waiting for what was sent before.
   *
   * @param end sends the statement that ends it
   * @throws the first error of all that was sent
   */
  async commit(end: () => Promise<void>): Promise<void> {
    if (this.#state === 'begun') {
      const ended = end();
      this.#state = 'none';
      await this.#follow([ended]);
    }
    for (const work of this.#committed.splice(0)) work();
  }

  /** Rolls the transaction back, unless it has ended already or never started. */
  async rollBack(end: () => Promise<void>): Promise<void> {
    if (this.#state !== 'begun') return;
    this.#state = 'none';
    if (await this.#begun) await end();
  }

  /** Settles once these answers and all before them have, and fails with the first error. */
  #follow(answers: readonly Promise<unknown>[]): Promise<void> {
    const following = allSettled([this.#sent, ...answers]);
    // `commit` reports the error; the sender need not handle it.
    following.catch(() => undefined);
    this.#sent = following;
    return following;
  }
}

async function succeeds(work: Promise<unknown> | undefined): Promise<boolean> {
  return Promise.resolve(work).then(
    () => true,
    () => false,
  );
}

async function allSettled(answers: readonly Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(answers);
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
