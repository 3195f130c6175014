import { CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely';
import { BEGIN } from './session-settings.ts';

/**
 * A Postgres connection for one transaction, on which statements may be sent without waiting for each other's answers. The
 * server runs them in order; after one that failed it runs none until the transaction ends, so the first error is the
 * one to hear of, and nothing of such a transaction is committed.
 */
export class PipelinedConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection;
  readonly #committed: (() => void)[] = [];
  /** Everything that was sent and need not be awaited by whoever sent it. */
  #sent: Promise<void> = Promise.resolve();
  /** Whether the transaction could be begun. */
  #begun: Promise<boolean> = Promise.resolve(true);
  #state: 'none' | 'to begin' | 'begun' = 'none';

  /** @param inner what the driver made */
  constructor(inner: DatabaseConnection) {
    this.#inner = inner;
  }

  /** Begins a transaction, with its first statement or statements. */
  begin(): void {
    this.#state = 'to begin';
  }

  /** One statement, sent once it is certain that the transaction has begun: alone it would be committed at once. */
  async executeQuery<Row>(query: CompiledQuery, options?: Parameters<DatabaseConnection['executeQuery']>[1]) {
    if (this.#state === 'to begin') void this.send([]);
    await this.#sent;
    return this.#inner.executeQuery<Row>(query, options);
  }

  streamQuery<Row>(...request: Parameters<DatabaseConnection['streamQuery']>): AsyncIterableIterator<QueryResult<Row>> {
    return this.#inner.streamQuery(...request);
  }

  /**
   * Sends statements at once, behind the beginning of the transaction where there was none. Should that fail, they run
   * alone: so they must be such that nobody is harmed by them.
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

  /** Does `work` once the transaction is committed. */
  onceCommitted(work: () => void): void {
    this.#committed.push(work);
  }

  /**
   * Ends the transaction, without waiting for what was sent before.
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

  /** Takes the transaction back, unless it has ended already, or never begun. */
  async rollBack(end: () => Promise<void>): Promise<void> {
    if (this.#state !== 'begun') return;
    this.#state = 'none';
    if (await this.#begun) await end();
  }

  /** Settles once these have, as well as all before them, and fails with the first error. */
  #follow(answers: readonly Promise<unknown>[]): Promise<void> {
    const following = allSettled([this.#sent, ...answers]);
    // Whoever ends the transaction hears of it; the sender need not.
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
