import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_BOUNDS } from '../../../../../src/grants/exchange.ts';
import type { TakenLink } from '../../../../../src/grants/storage/link-store.ts';
import type { Obtained } from '../../../../../src/providers/provider.ts';
import { Secret } from '../../../../../src/secret.ts';
import { linkStoreScene, taken, type OpenSqlPlace } from '../../../../support/stores/link-scene.ts';
import { HOUR_MS, profile, REALM } from '../../../../support/stores/one-grant.ts';
import { scheduledAnswer } from '../../../../support/stores/scheduled.ts';

const { leaseMs } = DEFAULT_BOUNDS;
const ALICE = { realm: REALM, subject: 'alice' };
const LIFE_MS = 600_000;

function answer(name: string, accountId?: string): Obtained {
  const tokens = { accessToken: new Secret(name), expiresAt: 1, tokenType: 'Bearer' };
  return { kind: 'obtained', tokens, ...(accountId === undefined ? {} : { profile: profile(accountId) }) };
}

/** Links that are held under a lease while they are completed, and what becomes of those that nobody completes. */
export function takenLinksContract(database: string, openPlace: OpenSqlPlace): void {
  describe(`a link in ${database} that is being completed`, () => {
    it('is taken over when its lease runs out, with its unspent code, and not before', async () => {
      await using scene = await linkStoreScene(openPlace);
      const { stores, other, place } = scene;
      const completion = await scene.consent('alice');
      const first = await taken(stores, completion, ALICE);
      await place.clock.advance(leaseMs - 1);
      assert.equal(await other.links.take(completion, ALICE), 'held');
      await place.clock.advance(1);
      const second = await taken(other, completion, ALICE);
      assert.deepEqual([second.code.reveal(), second.answer], [first.code.reveal(), undefined]);
      assert.equal(await stores.links.take(completion, ALICE), 'held');
    });

    it('is kept by renewing the lease', async () => {
      await using scene = await linkStoreScene(openPlace);
      const { stores, other, place } = scene;
      const completion = await scene.consent('alice');
      const link = await taken(stores, completion, ALICE);
      for (let renewal = 0; renewal < 3; renewal += 1) {
        await place.clock.advance(leaseMs - 1);
        await stores.links.renew(link);
        assert.equal(await other.links.take(completion, ALICE), 'held');
      }
    });

    it('whose clock is set back is held no longer than any other', async () => {
      await using scene = await linkStoreScene(openPlace);
      const { stores, other, place } = scene;
      const completion = await scene.consent('alice');
      await taken(stores, completion, ALICE);
      await place.clock.setBack(HOUR_MS);
      assert.equal(await other.links.take(completion, ALICE), 'held');
      await place.clock.advance(leaseMs);
      await taken(other, completion, ALICE);
    });

    it('goes on with what was kept, and its former holder can do nothing to it any more', async () => {
      await using scene = await linkStoreScene(openPlace);
      const { stores, other, place } = scene;
      const completion = await scene.consent('alice');
      const first = await taken(stores, completion, ALICE);
      assert.equal(await stores.links.keep(first, answer('brought')), true);
      await place.clock.advance(leaseMs);
      const second = await taken(other, completion, ALICE);
      assert.equal(second.answer?.tokens.accessToken.reveal(), 'brought');
      await stores.links.renew(first);
      await stores.links.putBack(first);
      await stores.links.giveUp(first);
      assert.equal(await stores.links.end(first), false);
      assert.equal(await stores.links.take(completion, ALICE), 'held');
      const full = { ...answer('brought', 'acc-1'), profile: profile('acc-1') };
      assert.equal(
        (await stores.links.connect({ link: first, ...scheduledAnswer(full), replace: false })).kind,
        'busy',
      );
      assert.equal(
        (await other.links.connect({ link: second, ...scheduledAnswer(full), replace: false })).kind,
        'connected',
      );
      const late = await stores.links.connect({ link: first, ...scheduledAnswer(full), replace: false });
      assert.deepEqual(late, { kind: 'connected', events: [] });
      assert.equal((await place.query('select * from credentials')).length, 1);
    });

    it('that was taken over keeps what its former holder brings after all, and does not end then', async () => {
      await using scene = await linkStoreScene(openPlace);
      const { stores, other, place } = scene;
      const completion = await scene.consent('alice');
      const first = await taken(stores, completion, ALICE);
      await place.clock.advance(leaseMs);
      const second = await taken(other, completion, ALICE);
      assert.equal(await stores.links.keep(first, answer('late')), true);
      assert.equal(await other.links.end(second), false, 'its code brought nothing, for it was spent');
      await other.links.putBack(second);
      const third = await taken(other, completion, ALICE);
      assert.equal(third.answer?.tokens.accessToken.reveal(), 'late');
    });

    it('and is over by the time that its answer comes leaves that to be revoked', async () => {
      await using scene = await linkStoreScene(openPlace);
      const { stores, other, place } = scene;
      const completion = await scene.consent('alice');
      const first = await taken(stores, completion, ALICE);
      await place.clock.advance(leaseMs);
      assert.equal(await other.links.end(await taken(other, completion, ALICE)), true);
      assert.equal(await stores.links.keep(first, answer('late')), false);
      const vain = await other.vainConsents.takeVain(REALM);
      assert.equal(vain?.answer.tokens.accessToken.reveal(), 'late');
    });
  });

  describe(`a consent in ${database} that came to nothing`, () => {
    async function vainScene(account = 'acc-9') {
      const scene = await linkStoreScene(openPlace);
      const completion = await scene.consent('alice');
      const link = await taken(scene.stores, completion, ALICE);
      await scene.stores.links.keep(link, answer('vain', account));
      await scene.stores.links.putBack(link);
      return { ...scene, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() };
    }

    it('is taken once at a time when the link has expired, and forgotten when it is erased', async () => {
      await using scene = await vainScene();
      const { stores, other, place } = scene;
      assert.equal(await stores.vainConsents.takeVain(REALM), undefined);
      await place.clock.advance(LIFE_MS);
      await stores.vainConsents.forgetExpired();
      assert.equal(await stores.vainConsents.takeVain('another'), undefined);
      const both = await Promise.all([stores, other].map(({ vainConsents }) => vainConsents.takeVain(REALM)));
      const [vain, ...more] = both.filter((each) => each !== undefined);
      assert.ok(vain !== undefined && more.length === 0);
      assert.deepEqual([vain.accountId, vain.answer.tokens.accessToken.reveal(), vain.failures], ['acc-9', 'vain', 0]);
      assert.equal(await other.vainConsents.takeVain(REALM), undefined, 'it is held');
      await other.vainConsents.forgetExpired();
      assert.equal(await stores.vainConsents.mayRevoke(vain.link, 'acc-9'), 'yes');
      await stores.vainConsents.erase(vain.link);
      assert.deepEqual(await place.query('select * from links'), []);
    });

    it('is taken again later that could not be revoked, and one whose holder is gone', async () => {
      await using scene = await vainScene();
      const { stores, other, place } = scene;
      await place.clock.advance(LIFE_MS);
      const first = (await stores.vainConsents.takeVain(REALM))!;
      await stores.vainConsents.putOff(first.link, 1, place.clock.now() + 5_000);
      assert.equal(await other.vainConsents.takeVain(REALM), undefined);
      await place.clock.advance(5_000);
      assert.equal((await other.vainConsents.takeVain(REALM))?.failures, 1);
      await place.clock.advance(leaseMs);
      assert.ok(await stores.vainConsents.takeVain(REALM));
    });

    it('is not revoked where somebody is connected to the account, or is about to be', async () => {
      await using scene = await vainScene('acc-1');
      const { stores, other, place } = scene;
      await place.clock.advance(LIFE_MS);
      const vain = (await stores.vainConsents.takeVain(REALM))!;
      const bob = { realm: REALM, subject: 'bob' };
      const completion = await scene.consent('bob');
      const link = await taken(other, completion, bob);
      assert.equal(await stores.vainConsents.mayRevoke(vain.link, 'acc-1'), 'later', 'nobody knows yet which account');
      await other.links.keep(link, answer('of bob', 'acc-2'));
      assert.equal(await stores.vainConsents.mayRevoke(vain.link, 'acc-1'), 'yes');
      await other.links.keep(link, answer('of bob', 'acc-1'));
      assert.equal(await stores.vainConsents.mayRevoke(vain.link, 'acc-1'), 'later');
      const full = { ...answer('of bob', 'acc-1'), profile: profile('acc-1') };
      assert.equal(
        (await other.links.connect({ link, ...scheduledAnswer(full), replace: false })).kind,
        'busy',
        'it is revoked',
      );
      await stores.vainConsents.putOff(vain.link, 1, 0);
      assert.equal((await other.links.connect({ link, ...scheduledAnswer(full), replace: false })).kind, 'connected');
      const again = (await stores.vainConsents.takeVain(REALM))!;
      assert.equal(await stores.vainConsents.mayRevoke(again.link, 'acc-1'), 'no');
    });

    it('is lent no time by a clock that is set back', async () => {
      await using scene = await vainScene();
      const { stores, place } = scene;
      await place.clock.setBack(HOUR_MS);
      await stores.vainConsents.forgetExpired();
      await place.clock.advance(LIFE_MS);
      assert.ok(await stores.vainConsents.takeVain(REALM));
    });

    it('leaves nothing where no code was spent', async () => {
      await using scene = await linkStoreScene(openPlace);
      const { stores, place } = scene;
      const held: TakenLink = await taken(stores, await scene.consent('alice'), ALICE);
      await place.clock.advance(LIFE_MS);
      await stores.links.renew(held);
      await stores.vainConsents.forgetExpired();
      assert.equal((await place.query('select * from links')).length, 1, 'its holder is at it');
      await place.clock.advance(leaseMs);
      await stores.vainConsents.forgetExpired();
      assert.deepEqual(await place.query('select * from links'), []);
    });
  });
}
