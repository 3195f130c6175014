import { assertAfterLoss, assertNeverLost } from '../verdicts.ts';
import type { Player } from '../player.ts';
import { forEach, type Scenario } from './scenario.ts';

const BEFORE = 'killed-before';
const AFTER = 'killed-after';
const UNSPENT = 'killed-after-unspent';
const LONG_MS = 60_000;

/** The holder is killed while the provider has its call: before the work is done, or after it. */
export const killed: Scenario = {
  title: 'a holder that is killed costs at most what nobody could have kept',
  subjects: [{ name: BEFORE }, { name: AFTER, isDueToRotate: true }, { name: UNSPENT }],
  async arrange({ services, grant, startService }, players) {
    const victim = await startService();
    const before = await forEach(players, async (player) => {
      const held = [await grant(player, BEFORE).hold(victim, { hang: true })];
      held.push(await grant(player, AFTER).hold(victim, { delay_ms: LONG_MS }));
      if (survivesOneLoss(player)) held.push(await grant(player, UNSPENT).hold(victim, { delay_ms: LONG_MS }));
      return held.map(({ answer }) => answer);
    });
    await victim.kill();
    return async (player) => {
      await Promise.all(before(player));
      await assertNeverLost(grant(player, BEFORE), services);
      if (survivesOneLoss(player)) await assertNeverLost(grant(player, UNSPENT), services);
      await assertAfterLoss(grant(player, AFTER), services);
    };
  },
};

/** Where not every refresh spends the refresh token, the loss of one's answer costs nothing. */
function survivesOneLoss({ kind }: Player): boolean {
  return kind.usesBeforeRotation > 0;
}
