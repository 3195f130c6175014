import assert from 'node:assert/strict';
import { assertSound } from '../crash/ledger.ts';
import type { World } from './world.ts';

/**
 * Both sides have counted the same: every call that arrived upstream is one exchange here, and every exchange that was sent
 * arrived; but for the one question about the client alone, which the process with a wrong secret asks, where that goes to
 * the token endpoint. And no database holds what can never be.
 */
export async function assertReckoning({ players, database, refusable }: World): Promise<void> {
  const books = new Set([database.rows, refusable.rows]);
  for (const { kind, asked } of players) {
    let exchanges = 0;
    for (const rows of books) {
      const [{ n }] = await rows(`select count(*) as n from exchanges where kind not in ('import', 'link')
        and outcome is distinct from 'not_sent' and grant_id in (select id from grants where realm like '${kind.name} %')`);
      exchanges += Number(n);
    }
    const questions = kind.name === 'cal-com-managed' ? 0 : 1;
    assert.equal(exchanges + questions, await asked(), `${kind.name}: exchanges here, calls there`);
  }
  for (const rows of books) {
    await assertSound({ rows, [Symbol.asyncDispose]: () => Promise.resolve() });
  }
}
