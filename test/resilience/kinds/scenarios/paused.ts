import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertGood, assertOneLive, settled } from '../verdicts.ts';
import { forEach, type Scenario } from './scenario.ts';

const PAUSED = 'paused';
const WORK_MS = 5_000;
/** The lease is ten seconds. */
const PAUSE_MS = 13_000;

/** The holder is stopped as a paused virtual machine is, for longer than its lease, and wakes with the answer at its door. */
export const paused: Scenario = {
  title: 'a holder that is paused past its lease and wakes with the answer harms nobody',
  subjects: [{ name: PAUSED }],
  async arrange({ services, grant, startService }, players) {
    const holder = await startService();
    const held = await forEach(players, (player) => grant(player, PAUSED).hold(holder, { delay_ms: WORK_MS }));
    process.kill(holder.pid, 'SIGSTOP');
    const woken = sleep(PAUSE_MS).then(() => process.kill(holder.pid, 'SIGCONT'));
    return async (player) => {
      const its = grant(player, PAUSED);
      // They come for the grant while its holder sleeps.
      const others = await settled(its, services);
      await woken;
      assert.equal((await held(player).answer)?.status, 200, 'its own caller is served, late');
      await assertOneLive(its, others);
      const { onReuse } = player.kind;
      const exchanges = await its.exchanges();
      assert.ok(exchanges.includes('refresh obtained'), exchanges.join(', '));
      assert.ok(exchanges.length <= (onReuse === 'revoke_family' ? 1 : 2), exchanges.join(', '));
      assert.ok(!exchanges.some((each) => each.startsWith('recover')), 'nothing was lost');
      await assertGood(its, [...services, holder]);
      assert.deepEqual(await its.events(), []);
    };
  },
};
