import assert from 'node:assert/strict';
import { tokenOf } from '../../../support/service/answer.ts';
import { MANAGED } from '../kinds.ts';
import { assertGood, assertLost, assertOneLive } from '../verdicts.ts';
import { forEach, type Scenario } from './scenario.ts';

const REVOKED = 'revoked';
const NEIGHBOUR = 'neighbour';
const CALLERS_EACH = 10;

/** The provider says `invalid_grant`, or what it says in its place. */
export const revoked: Scenario = {
  title: 'a grant that its user has ended is asked for once, told once, and no other is touched',
  subjects: [{ name: REVOKED }, { name: NEIGHBOUR, lifeSeconds: 3_600 }],
  async arrange({ services, grant }, players) {
    const answers = await forEach(players, async (player) => {
      const its = grant(player, REVOKED);
      await player.revoke(its.account.id);
      return its.askAll(services, CALLERS_EACH);
    });
    return async (player) => {
      const its = grant(player, REVOKED);
      if (player.kind.name === MANAGED) {
        await assertOneLive(its, answers(player));
        assert.deepEqual(await its.exchanges(), ['refresh rejected', 'recover obtained']);
        assert.deepEqual(await its.events(), ['grant.recovered refused']);
        await assertGood(its, services);
      } else {
        assert.deepEqual(
          answers(player).map(({ status, json }) => `${status} ${json.code}`),
          Array.from({ length: CALLERS_EACH * services.length }, () => '409 reconnect_required'),
        );
        await assertLost(its, services, 'refused', ['refresh rejected']);
      }
      const neighbour = grant(player, NEIGHBOUR);
      assert.equal(tokenOf(await neighbour.ask(services[0])).access_token, neighbour.account.accessToken);
      await assertGood(neighbour, services);
      assert.deepEqual(await neighbour.events(), []);
    };
  },
};
