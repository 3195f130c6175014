import assert from 'node:assert/strict';
import { inTime } from '../../../support/start-command.ts';
import { tokenOf } from '../../../support/service/answer.ts';
import { assertNeverLost } from '../verdicts.ts';
import { forEach, type Scenario } from './scenario.ts';

const STOPPED = 'stopped';
/** Whose caller has left before. */
const FORSAKEN = 'stopped-forsaken';
/** The forsaken answer comes last, when nobody is left to be answered. */
const WORK_MS = { [STOPPED]: 1_500, [FORSAKEN]: 4_000 };

/** `evergrant serve` is asked to stop (SIGTERM) while the provider works. */
export const stopped: Scenario = {
  title: 'a service that is asked to stop stores what it asked for, answers, and ends well',
  subjects: [{ name: STOPPED }, { name: FORSAKEN }],
  async arrange({ services, grant, serve }, players) {
    const leaving = await serve();
    const held = await forEach(players, async (player) => {
      const forsaken = await grant(player, FORSAKEN).hold(leaving, { delay_ms: WORK_MS[FORSAKEN] });
      forsaken.leave();
      return grant(player, STOPPED).hold(leaving, { delay_ms: WORK_MS[STOPPED] });
    });
    leaving.signal('SIGTERM');
    const ended = inTime(leaving.ended, () => 'it should have ended');
    return async (player) => {
      const answer = await held(player).answer;
      assert.ok(answer !== undefined, 'a caller was cut off');
      const { code, stderr } = await ended;
      assert.equal(code, 0, stderr);
      for (const stored of await grant(player, STOPPED).askAll(services, 1)) {
        assert.equal(tokenOf(stored).access_token, tokenOf(answer).access_token);
      }
      for (const subject of [STOPPED, FORSAKEN]) {
        assert.deepEqual(await grant(player, subject).exchanges(), ['refresh obtained'], subject);
        await assertNeverLost(grant(player, subject), services);
      }
    };
  },
};
