import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf } from '../../../support/service/answer.ts';
import { assertNeverLost } from '../verdicts.ts';
import { forEach, type Scenario } from './scenario.ts';

const USED = 'ahead-of-need';
const UNUSED = 'ahead-of-need-unused';
/** Services note within ten seconds which tokens are in use. The rest is for a busy machine. */
const DUE_MS = 11_000;
const END_MS = 20_000;
/** Longer than a round of upkeep takes. */
const SLACK_MS = 3_000;

/** A token in use is about to end, and both services know. */
export const aheadOfNeed: Scenario = {
  title: 'a token in use is renewed before it ends, once by two services',
  subjects: [
    { name: USED, lifeSeconds: 3_600 },
    { name: UNUSED, lifeSeconds: 3_600 },
  ],
  async arrange({ services, grant, database }, players) {
    const now = Date.now();
    const endsAt = now + END_MS;
    await database.run(`update credentials set renew_at = ${now + DUE_MS}, expires_at = ${endsAt}
      where grant_id in (select grant_id from connections where subject in ('${USED}', '${UNUSED}'))`);
    const used = await forEach(players, (player) => grant(player, USED).askAll(services, 1));
    return async (player) => {
      const its = grant(player, USED);
      for (const answer of used(player)) assert.equal(tokenOf(answer).access_token, its.account.accessToken);
      await sleep(endsAt + SLACK_MS - Date.now());
      assert.deepEqual(await its.exchanges(), ['refresh obtained']);
      assert.ok((await its.lastAskedAt()) < endsAt, 'it was renewed in time');
      assert.deepEqual(await grant(player, UNUSED).exchanges(), [], 'nobody uses it');
      await assertNeverLost(its, services);
      await assertNeverLost(grant(player, UNUSED), services);
    };
  },
};
