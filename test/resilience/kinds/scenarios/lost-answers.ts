import { toProblem } from '../../../support/service/answer.ts';
import { assertAfterLoss, assertNeverLost } from '../verdicts.ts';
import { forEach, type Scenario } from './scenario.ts';

const SPENT = 'lost-answer';
const UNSPENT = 'lost-answer-unspent';

/** The provider does its work, and the answer never comes. */
export const LOST_ANSWERS: readonly Scenario[] = [
  {
    title: 'a lost answer heals where that is possible, and is told once as what it is where not',
    subjects: [{ name: SPENT, isDueToRotate: true }],
    async arrange({ services, grant }, players) {
      const [one] = services;
      const told = await forEach(players, async (player) => {
        await player.fault({ drop_reply: true });
        return grant(player, SPENT).ask(one);
      });
      return async (player) => {
        toProblem(told(player), 500, 'upstream_unavailable');
        await assertAfterLoss(grant(player, SPENT), services);
      };
    },
  },
  {
    title: 'a lost answer that left the refresh token in force costs nothing',
    subjects: [{ name: UNSPENT }],
    concerns: ({ usesBeforeRotation }) => usesBeforeRotation > 0,
    async arrange({ services, grant }, players) {
      const [one] = services;
      const told = await forEach(players, async (player) => {
        await player.fault({ drop_reply: true });
        return grant(player, UNSPENT).ask(one);
      });
      return async (player) => {
        toProblem(told(player), 500, 'upstream_unavailable');
        await assertNeverLost(grant(player, UNSPENT), services);
      };
    },
  },
];
