import assert from 'node:assert/strict';
import { toProblem, tokenOf } from '../../../support/service/answer.ts';
import { assertNeverLost } from '../verdicts.ts';
import { forEach, type Scenario } from './scenario.ts';

const EXPIRED = 'refused-client';
const ALIVE = 'refused-client-alive';

/** The provider says `invalid_client`: it is about us and not about any grant. */
export const refusedClient: Scenario = {
  title: 'a refused client is tried once, blames the operator, and marks no grant',
  subjects: [{ name: EXPIRED }, { name: ALIVE, lifeSeconds: 3_600 }],
  async arrange({ services, grant, startRefused }, players) {
    const refused = await startRefused();
    const seen = await forEach(players, async (player) => {
      const its = grant(player, EXPIRED);
      const told = [await its.ask(refused), ...(await its.askAll([refused], 5))];
      const forced = await grant(player, ALIVE).ask(refused, { force_refresh: true });
      return { told, forced, live: await grant(player, ALIVE).ask(refused) };
    });
    await refused.kill();
    return async (player) => {
      const { told, forced, live } = seen(player);
      for (const answer of told) {
        assert.match(toProblem(answer, 500, 'provider_client_refused').detail, /operator/);
      }
      const alive = grant(player, ALIVE);
      for (const answer of [forced, live]) assert.equal(tokenOf(answer).access_token, alive.account.accessToken);
      assert.deepEqual(await grant(player, EXPIRED).exchanges(), ['refresh client_refused']);
      assert.deepEqual(await alive.exchanges(), []);
      await assertNeverLost(grant(player, EXPIRED), services);
      await assertNeverLost(alive, services);
    };
  },
};
