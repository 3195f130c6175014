import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lapseOutlook } from '../../../../src/grants/upkeep/lapse-outlook.ts';
import { ProactiveRenewal } from '../../../../src/grants/upkeep/proactive-renewal.ts';
import type { Provider } from '../../../../src/providers/provider.ts';
import { seededRandom } from '../../../support/seeded-random.ts';
import { effort } from '../../../support/effort.ts';
import { MINUTE_MS } from '../../../support/grants/facts.ts';
import { APPLICANT, openKeeper } from '../../../support/grants/open-keeper.ts';
import { issuing, ScriptedProvider, type Script } from '../../../support/grants/scripted-provider.ts';
import { ROUND_MS } from '../../../support/grants/upkeep-traffic.ts';

/** Tokens live for this long, and refresh tokens too where they end at all. */
const LIFE_MS = 20 * MINUTE_MS;
const LAPSING = 20;
const IN_USE = effort({ smoke: 400, proofs: 400, long: 10_000 });
/** Half of it is upkeep's: 60 a minute. */
const LIMIT = 120;

/**
 * A keeper over a real database, two minutes before all its tokens end: access tokens in use, and refresh tokens that
 * nobody uses and that lapse.
 */
async function nearTheEnd(inUse: number) {
  const script: Script = issuing(() => at.clock.now(), LIFE_MS);
  let lapses = true;
  const provider = new ScriptedProvider({ recover: false });
  const at = await openKeeper({ provider });
  provider.script = async (call) => {
    const answer = await script(call);
    if (answer.kind !== 'obtained' || !lapses) return answer;
    return { ...answer, tokens: { ...answer.tokens, refreshExpiresAt: at.clock.now() + LIFE_MS } };
  };
  const ask = (subject: string) => {
    const applicant = { ...APPLICANT, subject, email: `${subject}@example.com` };
    return at.keeper.token({ provider: provider.name, subject, applicant });
  };
  const names = (what: string, count: number) => Array.from({ length: count }, (_, index) => `${what}-${index}`);
  await Promise.all(names('lapsing', LAPSING).map(ask));
  lapses = false;
  await Promise.all(names('used', inUse).map(ask));
  const { upkeep, pauses } = await at.place.openAll();
  const used = at.place.rows(`select grant_id, exchange_id from credentials where lapse_at is null`);
  await upkeep.noteUsed(
    used.map((row) => ({ grantId: String(row['grant_id']), exchangeId: Number(row['exchange_id']) })),
  );
  await at.clock.advance(LIFE_MS - 2 * MINUTE_MS);
  lapses = true;
  const limited: Provider = Object.assign(provider, { requestsPerMinute: LIMIT });
  const instance = (share: number) =>
    new ProactiveRenewal({
      store: upkeep,
      pauses,
      providers: [limited],
      clock: at.clock,
      random: seededRandom(3),
      share,
      renew: async (each, due) => {
        await at.keeper.renewAhead(each, due);
      },
    });
  return {
    [Symbol.asyncDispose]: () => at[Symbol.asyncDispose](),
    at,
    upkeep,
    outlook: (share: number) => lapseOutlook(upkeep, limited, share),
    /** Lets upkeep come round until the tokens have ended. */
    async toTheEnd(share: number) {
      const ahead = instance(share);
      for (let ms = 0; ms < 2 * MINUTE_MS; ms += ROUND_MS) {
        await ahead.round();
        await at.clock.advance(ROUND_MS);
      }
      await ahead.landed();
    },
    /** The grants that hold more than one credential by now, of those whose refresh token would have lapsed. */
    saved: () =>
      at.place.rows(`select k.subject from connections k where k.subject like 'lapsing-%' and
        (select count(*) from credentials c where c.grant_id = k.grant_id) > 1`).length,
  };
}

describe('refresh tokens that lapse in two minutes', () => {
  it(`are all saved beside ${IN_USE} access tokens in use, at 60 a minute`, async () => {
    await using scene = await nearTheEnd(IN_USE);
    await scene.toTheEnd(0.5);
    assert.equal(scene.saved(), LAPSING);
    assert.deepEqual(await scene.upkeep.noteLapsed(scene.at.provider.realm, 99), []);
    const others = scene.at.place.rows("select 1 from exchanges where kind = 'refresh'").length - LAPSING;
    assert.ok(others > 60 && others <= 2 * 60, `${others} access tokens were renewed with what was left`);
  });

  it('are told once each where there was no budget to save them', async () => {
    await using scene = await nearTheEnd(0);
    const { realm } = scene.at.provider;
    assert.deepEqual(await scene.outlook(0.5), {
      provider: 'some-provider',
      ending: LAPSING,
      unsaved: 0,
      missed: 0,
      perMinute: 60,
    });
    assert.equal((await scene.outlook(0)).unsaved, LAPSING);
    assert.equal((await scene.outlook(1 / LIMIT)).unsaved, LAPSING - 10, 'one a minute saves ten in ten');
    await scene.toTheEnd(0);
    assert.equal(scene.saved(), 0);
    const told = await scene.upkeep.noteLapsed(realm, 99);
    assert.deepEqual(new Set(told.map(({ type }) => type)), new Set(['grant.lapsed']));
    assert.equal(new Set(told.flatMap(({ subjects }) => subjects)).size, LAPSING);
    assert.deepEqual(await scene.upkeep.noteLapsed(realm, 99), []);
    assert.deepEqual((({ ending, missed }) => [ending, missed])(await scene.outlook(0)), [0, LAPSING]);
  });
});
