import { holderName, isDead } from '../holder.ts';
import { literal, type MigratorConnection, type Run } from './migrator-connection.ts';

/** How long a silent migrator is assumed to be at work, and how often it renews its lease, in milliseconds. */
const LEASE_MS = 20_000;
const SIGN_EVERY_MS = 5_000;

/** Another process has taken over the migration. */
export class ClaimLostError extends Error {
  override readonly name = 'ClaimLostError';
}

/** The right to migrate, which one process has at a time: a row under a lease, like an exchange. */
export class Claim {
  readonly #connection: MigratorConnection;
  readonly #holder = holderName();
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: MigratorConnection) {
    this.#connection = connection;
  }

  /**
   * Takes the claim, unless another process holds it and is at work.
   *
   * @returns a readable name of the process that holds it; undefined where this one does
   */
  async take(): Promise<string | undefined> {
    const { now } = this.#connection;
    const other = await this.#connection.transact(async (run) => {
      const mine = `holder = ${literal(this.#holder)}, lease_until = ${now} + ${LEASE_MS}`;
      const isOver = `migrators.lease_until not between ${now} and ${now} + ${LEASE_MS}`;
      const taken = await run(`insert into migrators (id, holder, lease_until)
        values (1, ${literal(this.#holder)}, ${now} + ${LEASE_MS})
        on conflict (id) do update set ${mine} where ${isOver} returning id`);
      if (taken.length > 0) return undefined;
      const [row] = await run<{ holder: string }>('select holder from migrators where id = 1');
      if (row === undefined || !isDead(row.holder)) return row?.holder ?? '';
      const inherited = await run(
        `update migrators set ${mine} where id = 1 and holder = ${literal(row.holder)} returning id`,
      );
      return inherited.length > 0 ? undefined : row.holder;
    });
    if (other === undefined) this.#giveSigns();
    return other === undefined ? undefined : spoken(other);
  }

  /**
   * Runs at the start of every transaction: it renews the lease, and keeps others from taking the claim over until the
   * transaction ends.
   *
   * @throws {@link ClaimLostError} where another process has taken it over
   */
  async hold(run: Run): Promise<void> {
    const { now } = this.#connection;
    const held = await run(`update migrators set lease_until = ${now} + ${LEASE_MS}
      where id = 1 and holder = ${literal(this.#holder)} returning id`);
    if (held.length === 0) throw new ClaimLostError('Another process has taken the migration over.');
  }

  /** Releases the claim. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#connection.transact(async (run) => {
      await run(`delete from migrators where id = 1 and holder = ${literal(this.#holder)}`);
    });
  }

  /** Renews the lease during statements that take longer than it lasts, where there is a second connection. */
  #giveSigns(): void {
    const { runBeside } = this.#connection;
    if (runBeside === undefined) return;
    let isBusy = false;
    this.#timer = setInterval(() => {
      if (isBusy) return;
      isBusy = true;
      // Any trouble also fails the statements themselves, and `hold` reports a takeover.
      void this.hold(runBeside)
        .catch(() => undefined)
        .finally(() => (isBusy = false));
    }, SIGN_EVERY_MS);
    this.#timer.unref();
  }
}

/** A readable form of a holder's name. */
function spoken(holder: string): string {
  const [, host = '', pid = ''] = /^([^/:]+)\/.*:(\d+)(?:\.\d+)?:[^:]+$/.exec(holder) ?? [];
  return host === '' ? 'another process' : `process ${pid} on ${host}`;
}
