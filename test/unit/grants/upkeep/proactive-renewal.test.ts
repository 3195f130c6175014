import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProactiveRenewal } from '../../../../src/grants/upkeep/proactive-renewal.ts';
import { mostInFlight } from '../../../../src/grants/upkeep/upkeep-budget.ts';
import type { Provider } from '../../../../src/providers/provider.ts';
import { seededRandom } from '../../../support/seeded-random.ts';
import { TestClock } from '../../../support/stores/test-clock.ts';
import { HOUR_MS, MINUTE_MS } from '../../../support/grants/facts.ts';
import { refusal } from '../../../support/grants/scripted-provider.ts';
import { ROUND_MS, runFor, Traffic } from '../../../support/grants/upkeep-traffic.ts';

const LIMIT = 500;
const SHARE = 0.5;
/** What upkeep may ask in a minute. */
const MOST = LIMIT * SHARE;
const MOST_IN_FLIGHT = mostInFlight(MOST);

interface SceneOptions {
  readonly share?: number;
  /** By realm; undefined for a provider that publishes no limit. */
  readonly limits?: Readonly<Record<string, number | undefined>>;
  readonly instances?: number;
  readonly random?: () => number;
  /** Realms whose provider doesn't answer until it is told to. */
  readonly hanging?: readonly string[];
}

/** Instances of upkeep over the same work, and the record of what they did. */
function newScene(options: SceneOptions = {}) {
  const { share = SHARE, limits = { cal: LIMIT }, instances: count = 1, random = () => 0, hanging = [] } = options;
  const clock = new TestClock();
  const traffic = new Traffic(clock);
  const begun: string[] = [];
  const answers: (() => void)[] = [];
  const instances = Array.from(
    { length: count },
    () =>
      new ProactiveRenewal({
        store: traffic,
        pauses: traffic.pauses,
        providers: Object.entries(limits).map(([realm, requests]) => provider(realm, requests)),
        clock,
        random,
        share,
        renew: async ({ realm }, due) => {
          begun.push(due.grantId);
          if (hanging.includes(realm)) await new Promise<void>((resolve) => answers.push(resolve));
          traffic.renew(realm, due);
        },
      }),
  );
  return {
    clock,
    traffic,
    begun,
    answers,
    instances,
    run: (ms: number, meanwhile?: () => void) => runFor(clock, instances, ms, meanwhile),
  };
}

function provider(realm: string, requestsPerMinute: number | undefined): Provider {
  return {
    name: realm,
    title: realm,
    realm,
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    refresh: () => Promise.resolve(refusal('unknown')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function lapsesOf(names: readonly string[]): string[] {
  return names.filter((name) => name.includes('lapsing'));
}

describe('renewing ahead', () => {
  for (const instances of [1, 3]) {
    it(`spends its share in every minute of an hour and never more, with ${instances} at work`, async () => {
      const { traffic, begun, run } = newScene({ instances });
      traffic.add('cal', 20_000);
      await run(HOUR_MS);
      assert.ok((traffic.busiest.get('cal') ?? 0) <= MOST, `${traffic.busiest.get('cal')} in a minute`);
      assert.ok(begun.length >= 0.95 * 60 * MOST, `only ${begun.length} in an hour`);
      assert.equal(new Set(begun).size, begun.length, 'each but once');
    });
  }

  it('takes what callers ask off its share', async () => {
    const { traffic, begun, run } = newScene();
    traffic.add('cal', 20_000);
    // Three a second: 180 a minute.
    await run(10 * MINUTE_MS, () => {
      for (let each = 0; each < 3; each++) traffic.callerAsks('cal');
    });
    assert.ok((traffic.busiest.get('cal') ?? 0) <= MOST);
    const left = 10 * (MOST - 180);
    assert.ok(begun.length > 0.8 * left && begun.length < 1.3 * left, `${begun.length}, where ${left} were left`);
  });

  it('does nothing while callers need more than the share', async () => {
    const { traffic, begun, run } = newScene();
    await run(MINUTE_MS, () => {
      for (let each = 0; each < 5; each++) traffic.callerAsks('cal');
    });
    traffic.add('cal', 100);
    await run(5 * MINUTE_MS, () => {
      for (let each = 0; each < 5; each++) traffic.callerAsks('cal');
    });
    assert.deepEqual(begun, []);
    await run(2 * MINUTE_MS);
    assert.equal(begun.length, 100, 'afterwards it does');
  });

  it('begins after a start with what the first seconds have earned', async () => {
    const { traffic, begun, run } = newScene();
    traffic.add('cal', 1000);
    for (const seconds of [2, 4, 6, 8, 10]) {
      await run(ROUND_MS);
      const earned = ((seconds - 2) * MOST) / 60;
      assert.ok(begun.length <= earned, `${begun.length} within ${seconds} s`);
    }
    assert.ok(begun.length > 20);
  });

  it('saves little up while there is nothing to do', async () => {
    const { traffic, begun, run } = newScene({ limits: { small: undefined } });
    await run(HOUR_MS / 4);
    traffic.add('small', 1000);
    await run(ROUND_MS);
    assert.equal(begun.length, 2, 'what four seconds earn');
  });

  it('goes on at its pace after a clock was set back or leapt', async () => {
    const { clock, traffic, begun, instances, run } = newScene();
    await run(MINUTE_MS);
    await clock.advance(-HOUR_MS);
    traffic.add('cal', 1000);
    await run(2 * ROUND_MS);
    const after = begun.length;
    assert.ok(after > 0 && after <= (6 * MOST) / 60, `${after} after it was set back`);
    await clock.advance(10 * HOUR_MS);
    await instances[0]?.round();
    assert.ok(begun.length - after <= MOST_IN_FLIGHT);
  });

  it('waits as long as a provider asked us all to, and meanwhile serves the others', async () => {
    const { traffic, begun, run } = newScene({ limits: { cal: LIMIT, cronofy: LIMIT } });
    traffic.add('cal', 1000);
    traffic.add('cronofy', 1000);
    const of = (realm: string) => begun.filter((name) => name.startsWith(realm)).length;
    await traffic.pause('cal', MINUTE_MS + 1);
    await run(MINUTE_MS);
    assert.equal(of('cal'), 0);
    assert.ok(of('cronofy') > 0.9 * MOST);
    await run(4 * ROUND_MS);
    assert.ok(of('cal') > 0);
  });

  it('has few renewals of one provider in flight, and lets a slow one harm no other', async () => {
    const { traffic, begun, answers, run } = newScene({ limits: { slow: LIMIT, quick: LIMIT }, hanging: ['slow'] });
    traffic.add('slow', 1000);
    traffic.add('quick', 1000);
    const slow = () => begun.filter((name) => name.startsWith('slow')).length;
    await run(MINUTE_MS);
    assert.equal(slow(), MOST_IN_FLIGHT);
    assert.ok(begun.length - slow() > 0.9 * MOST, `${begun.length - slow()} of the quick one`);
    for (const answer of answers.splice(0, 3)) answer();
    await run(ROUND_MS);
    assert.equal(slow(), MOST_IN_FLIGHT + 3);
    assert.equal(new Set(begun).size, begun.length, 'none that is in flight is begun again');
  });

  it('has landed when everything begun is over', async () => {
    const { traffic, answers, instances, run } = newScene({ hanging: ['cal'] });
    traffic.add('cal', 2);
    await run(2 * ROUND_MS);
    let hasLanded = false;
    const landing = instances[0]?.landed().then(() => (hasLanded = true));
    answers[0]?.();
    await new Promise(setImmediate);
    assert.equal(hasLanded, false);
    answers[1]?.();
    await landing;
    assert.deepEqual(traffic.renewed.length, 2);
  });

  it('assumes a modest limit where none is published', async () => {
    const { traffic, begun, run } = newScene({ limits: { small: undefined } });
    traffic.add('small', 1000);
    await run(10 * MINUTE_MS);
    assert.ok((traffic.busiest.get('small') ?? 0) <= 30);
    assert.ok(begun.length > 250);
  });

  it('spends a share of less than one a minute over several minutes', async () => {
    const { traffic, begun, run } = newScene({ limits: { small: undefined }, share: 0.01 });
    traffic.add('small', 1000);
    await run(HOUR_MS);
    assert.ok(begun.length >= 34 && begun.length <= 36, `${begun.length}`);
  });

  it('does not even look where its share is nothing', async () => {
    const { traffic, begun, run } = newScene({ share: 0 });
    traffic.add('cal', 1000);
    await run(10 * MINUTE_MS);
    assert.deepEqual([begun, traffic.reads], [[], 0]);
  });

  it('chooses by chance among the most pressing, so that several instances rarely meet', async () => {
    const chosenBy = async (random: () => number) => {
      const { traffic, begun, run } = newScene({ random });
      traffic.add('cal', 1000);
      await run(2 * ROUND_MS);
      return begun;
    };
    const [low, high] = [await chosenBy(() => 0), await chosenBy(() => 0.999_999)];
    assert.ok(low.length > 0 && high.length > 0);
    assert.deepEqual(
      low.filter((name) => high.includes(name)),
      [],
    );
    assert.ok(high.every((name) => Number(name.split('-')[1]) < 64));
  });

  it('saves every refresh token that lapses in two minutes beside ten thousand access tokens in use', async () => {
    const { traffic, run } = newScene({ limits: { cal: 120 }, random: seededRandom(7) });
    traffic.add('cal', 10_000);
    await run(2 * MINUTE_MS);
    const before = traffic.renewed.length;
    assert.ok(before > 100, 'the whole budget goes to access tokens where nothing lapses');
    traffic.addLapsing('cal', 20);
    await run(2 * MINUTE_MS);
    assert.equal(lapsesOf(traffic.renewed).length, 20);
    assert.ok(traffic.renewed.length - before > 90, 'what the lapses leave goes to access tokens');
  });

  it('keeps half of its budget for refresh tokens where callers need all of it and more', async () => {
    const { traffic, run } = newScene({ limits: { cal: 120 }, random: seededRandom(7) });
    const callers = () => {
      for (let each = 0; each < 2; each++) traffic.callerAsks('cal');
    };
    traffic.add('cal', 10_000);
    await run(2 * MINUTE_MS, callers);
    const before = traffic.renewed.length;
    traffic.addLapsing('cal', 1_000);
    await run(10 * MINUTE_MS, callers);
    const saved = lapsesOf(traffic.renewed).length;
    assert.equal(saved, traffic.renewed.length - before, 'and not for access tokens');
    assert.ok(saved > 0.9 * 10 * 30 && saved <= 10 * 30 + 30, `${saved} in ten minutes`);
  });

  it('keeps room for refresh tokens while a slow provider holds all renewals of access tokens', async () => {
    const { traffic, begun, run } = newScene({ hanging: ['cal'] });
    traffic.add('cal', 1000);
    await run(MINUTE_MS);
    assert.equal(begun.length, MOST_IN_FLIGHT);
    traffic.addLapsing('cal', 1000);
    await run(MINUTE_MS);
    assert.equal(lapsesOf(begun).length, Math.ceil(MOST_IN_FLIGHT / 2));
  });

  it('keeps up with a hundred thousand tokens of an hour where the limit allows', async () => {
    const { traffic, begun, run } = newScene({ limits: { big: 4_000 } });
    traffic.add('big', 100_000);
    await run(10 * MINUTE_MS);
    assert.ok(begun.length > 10 * 60 * 28, `${begun.length / 600} a second`);
  });

  it('says how many it began, and fails as the store fails', async () => {
    const { clock, traffic, instances } = newScene();
    traffic.add('cal', 3);
    const [instance] = instances;
    assert.equal(await instance?.round(), 0);
    await clock.advance(ROUND_MS);
    assert.equal(await instance?.round(), 3);
    traffic.load = () => Promise.reject(new Error('the database is away'));
    await clock.advance(ROUND_MS);
    await assert.rejects(async () => instance?.round(), /is away/);
  });
});
