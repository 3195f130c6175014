import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withLease } from '../../../../src/grants/keeper/with-lease.ts';
import { TestClock } from '../../../support/stores/test-clock.ts';

const bounds = { renewMs: 3_000 };

describe('a lease', () => {
  it('is renewed again and again while the work goes on, and no more once it has ended', async () => {
    const clock = new TestClock();
    let renewals = 0;
    const renew = () => Promise.resolve(void (renewals += 1));
    const work = withLease({ clock, bounds }, renew, () => clock.sleep(10_000).then(() => 'done'));
    await clock.advance(9_500);
    assert.equal(renewals, 3);
    await clock.advance(500);
    assert.equal(await work, 'done');
    assert.equal(clock.waiting, 0);
  });

  it('that cannot be renewed stops no work', async () => {
    const clock = new TestClock();
    let tries = 0;
    const renew = () => {
      tries += 1;
      return Promise.reject(new Error('no database'));
    };
    const work = withLease({ clock, bounds }, renew, () => clock.sleep(7_000));
    await clock.advance(7_000);
    await work;
    assert.equal(tries, 2);
  });

  it('ends with work that fails', async () => {
    const clock = new TestClock();
    const work = withLease(
      { clock, bounds },
      () => Promise.resolve(),
      () => Promise.reject(new Error('the work')),
    );
    await assert.rejects(work, { message: 'the work' });
    assert.equal(clock.waiting, 0);
  });
});
