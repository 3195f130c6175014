import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf } from '../../support/service/answer.ts';
import { newClock, noFakeTime, type ChangingClock } from './changing-clock.ts';
import { assertNothingLost } from './reckoning.ts';
import { arrived, newScene, untilServed, type Scene } from '../../support/scene.ts';

const HOUR = 3_600;

/** One service that lives by a clock of its own; Cal.com has the right time. */
async function newClockScene(settings: object = {}): Promise<Scene & { readonly clock: ChangingClock }> {
  await using started = new AsyncDisposableStack();
  const clock = started.use(newClock());
  const scene = started.use(await newScene({ env: clock.env, settings }));
  tokenOf(await scene.ask(0, 'alice'));
  const parts = started.move();
  return { ...scene, clock, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** Asks for `ms` milliseconds, and gives the tokens that were served, each one accepted by Cal.com. */
async function asking(scene: Scene, ms: number): Promise<string[]> {
  const tokens: string[] = [];
  const until = performance.now() + ms;
  while (performance.now() < until) {
    const { status, json } = await scene.ask(0, 'alice');
    if (status === 200) {
      assert.equal((await scene.sandbox.me(json.access_token)).status, 200);
      tokens.push(json.access_token);
    }
    await sleep(50);
  }
  return tokens;
}

describe('when the wall clock steps', { skip: noFakeTime() ?? false, concurrency: 8 }, () => {
  for (const [what, seconds] of Object.entries({ ahead: HOUR, back: -HOUR })) {
    it(`an hour ${what} between refreshes, no dead token is served and Cal.com is not asked without end`, async (context) => {
      await using scene = await newClockScene();
      scene.clock.step(seconds);
      await asking(scene, 4_000);
      const asked = await scene.sandbox.count('refresh');
      context.diagnostic(`${asked} refreshes`);
      assert.ok(asked <= 2, `${asked} refreshes`);
      scene.clock.step(0);
      await assertNothingLost(scene, ['alice']);
    });

    it(`an hour ${what} while Cal.com works, nothing is lost`, async () => {
      await using scene = await newClockScene({ access_ttl_seconds: 3 * HOUR });
      const { sandbox, clock } = scene;
      await scene.expireAll();
      await sandbox.fault('refresh', { delay_ms: 1_000 }, 1);
      const asked = scene.ask(0, 'alice');
      await arrived(sandbox, 'refresh', 1);
      clock.step(seconds);
      const { access_token: token } = tokenOf(await asked);
      assert.equal((await sandbox.me(token)).status, 200);
      assert.equal(tokenOf(await scene.ask(0, 'alice')).access_token, token);
      assert.equal(await sandbox.count('refresh'), 1);
      clock.step(0);
      await assertNothingLost(scene, ['alice']);
    });
  }

  it('back and forth under load, nothing is lost', async () => {
    await using scene = await newClockScene({ access_ttl_seconds: 3 * HOUR, latency_ms: 50 });
    for (const seconds of [HOUR, 0, -HOUR, 0, HOUR, -HOUR, 0]) {
      const asked = Array.from({ length: 5 }, () => scene.ask(0, 'alice', { force_refresh: true }));
      await sleep(Math.random() * 60);
      scene.clock.step(seconds);
      for (const answer of await Promise.all(asked)) {
        assert.equal((await scene.sandbox.me(tokenOf(answer).access_token)).status, 200);
      }
    }
    await assertNothingLost(scene, ['alice']);
  });

  it('back, a token that has ended meanwhile is renewed as soon as a caller reports it', async () => {
    await using scene = await newClockScene();
    const { sandbox, clock } = scene;
    clock.step(-HOUR);
    await sandbox.control('POST', '/tokens/expire', { all: true });
    const { access_token: dead } = tokenOf(await scene.ask(0, 'alice'));
    const { access_token: token } = tokenOf(await scene.ask(0, 'alice', { rejected_access_token: dead }));
    assert.equal((await sandbox.me(token)).status, 200);
    assert.equal(await sandbox.count('refresh'), 1);
  });

  it('back after a failure, the user is not left without a token for as long as the step', async () => {
    await using scene = await newClockScene();
    const { sandbox, clock } = scene;
    await scene.expireAll();
    await sandbox.fault('refresh', { status: 500 }, 1);
    assert.equal((await scene.ask(0, 'alice')).status, 500);
    clock.step(-HOUR);
    await scene.expireAll();
    const answer = await untilServed(() => scene.ask(0, 'alice'), 5_000);
    assert.equal(answer.status, 200, `${answer.headers.get('retry-after') ?? ''} ${answer.text}`);
  });
});
