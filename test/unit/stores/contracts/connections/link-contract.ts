import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../../../../../src/secret.ts';
import type { Stores } from '../../../../../src/stores/index.ts';
import { linkStoreScene, taken, type OpenSqlPlace } from '../../../../support/stores/link-scene.ts';
import { intentOf } from '../../../../support/stores/intent-of.ts';
import { HOUR_MS, REALM } from '../../../../support/stores/one-grant.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

/** Linking and disconnecting, whatever database is under it. */
export function linkContract(database: string, openPlace: OpenSqlPlace): void {
  describe(`linking in ${database}`, () => {
    it('connects a subject to an account, once for one completion', async () => {
      await using scene = await linkStoreScene(openPlace);
      const completion = await scene.consent('alice');
      const verdict = await scene.complete('alice', completion, { account: 'acc-1', name: 'one' });
      assert.equal(verdict.kind === 'connected' && verdict.events[0]?.type, 'grant.created');
      const taken = await scene.stores.links.take(completion, { realm: REALM, subject: 'alice' });
      assert.ok(taken !== undefined && taken !== 'held' && 'connected' in taken);
      assert.equal(await scene.current('alice'), 'access-one');
      const left = await scene.place.query('select step, code, code_verifier, answer from links');
      assert.deepEqual({ ...left[0] }, { step: 'connected', code: null, code_verifier: null, answer: null });
    });

    it('gives a completion to its own subject only, and to one of those who ask at once', async () => {
      await using scene = await linkStoreScene(openPlace);
      const completion = await scene.consent('alice');
      const owner = { realm: REALM, subject: 'alice' };
      assert.equal(await scene.stores.links.take(completion, { ...owner, subject: 'bob' }), undefined);
      assert.equal(await scene.stores.links.take(completion, { ...owner, realm: 'another' }), undefined);
      const answers = await Promise.all(
        [scene.stores, scene.other, scene.stores].map(({ links }) => links.take(completion, owner)),
      );
      const [link, ...others] = answers.filter((each) => typeof each === 'object');
      assert.ok(link !== undefined && !('connected' in link));
      assert.equal(others.length, 0);
      assert.deepEqual(answers.filter((each) => each === 'held').length, 2);
      assert.deepEqual(
        [link.code.reveal().split('-')[0], link.codeVerifier?.reveal().split('-')[0]],
        ['code', 'verifier'],
      );
    });

    it('gives what was put back once more, with what its code brought', async () => {
      await using scene = await linkStoreScene(openPlace);
      const completion = await scene.consent('alice');
      const owner = { realm: REALM, subject: 'alice' };
      const link = await taken(scene.stores, completion, owner);
      assert.equal(link.answer, undefined);
      const tokens = { accessToken: new Secret('a'), expiresAt: 1, tokenType: 'Bearer' };
      assert.equal(await scene.stores.links.keep(link, { kind: 'obtained', tokens }), true);
      await scene.stores.links.putBack(link);
      assert.equal((await taken(scene.other, completion, owner)).answer?.tokens.accessToken.reveal(), 'a');
    });

    it('begins only so many of one subject: the oldest that nobody has opened gives way', async () => {
      await using scene = await linkStoreScene(openPlace);
      const { links } = scene.stores;
      const { clock } = scene.place;
      const ticketOf = (subject: string, nth: number) => new Secret(`${subject}-${nth}`);
      const begin = async (subject: string, nth: number) => {
        await clock.advance(1);
        const expiresAt = clock.now() + 600_000;
        const ticket = ticketOf(subject, nth);
        return links.begin({ realm: REALM, subject, returnTo: 'https://app.example/', ticket, expiresAt });
      };
      const open = (subject: string, nth: number) =>
        links.startAuthorization(ticketOf(subject, nth), {
          browser: new Secret('browser'),
          state: new Secret(`state-${subject}-${nth}`),
          codeVerifier: undefined,
        });
      for (let nth = 0; nth < 200; nth += 1) assert.equal(await begin('alice', nth), true, String(nth));
      assert.equal(await begin('bob', 0), true);
      assert.equal(await begin('alice', 200), true);
      assert.equal(await open('alice', 0), undefined);
      assert.ok(await open('alice', 1));
      assert.ok(await open('alice', 200));
      assert.ok(await open('bob', 0));
      assert.ok((await scene.place.query(`select id from links where subject = 'alice'`)).length <= 202);
    });

    it('takes every departure of a ticket that comes at the moment of a return for one before or after it', async () => {
      await using scene = await linkStoreScene(openPlace);
      for (let round = 0; round < 30; round += 1) {
        const [ticket, browser] = [new Secret(`ticket-r${round}`), new Secret('browser')];
        const expiresAt = scene.place.clock.now() + 600_000;
        const link = { realm: REALM, subject: `user-${round}`, returnTo: 'https://app.example/', ticket, expiresAt };
        await scene.stores.links.begin(link);
        const stateOf = (nth: number) => new Secret(`state-r${round}-${nth}`);
        const depart = ({ links }: Stores, nth: number) =>
          links.startAuthorization(ticket, { browser, state: stateOf(nth), codeVerifier: undefined });
        await depart(scene.stores, 0);
        const brought = { code: new Secret('code'), completion: new Secret(`completion-r${round}`) };
        await Promise.all([
          depart(scene.other, 1),
          scene.stores.links.receive(stateOf(0), browser, brought),
          depart(scene.other, 2),
        ]);
        const steps = await scene.place.query(`select step from links where subject = 'user-${round}'`);
        assert.deepEqual(
          steps.map(({ step }) => step),
          ['consented'],
          `round ${round}`,
        );
      }
    });

    it('forgets links that are too old, and takes none of them', async () => {
      await using scene = await linkStoreScene(openPlace);
      const completion = await scene.consent('alice');
      await scene.place.clock.advance(600_001);
      assert.equal(await scene.stores.links.take(completion, { realm: REALM, subject: 'alice' }), undefined);
      await scene.stores.vainConsents.forgetExpired();
      assert.deepEqual(await scene.place.query('select id from links'), []);
    });

    it('makes one grant of an account that many link at once', async () => {
      await using scene = await linkStoreScene(openPlace);
      const subjects = ['alice', 'bob', 'carol', 'dave'];
      const completions: Secret[] = [];
      for (const subject of subjects) completions.push(await scene.consent(subject));
      await Promise.all(
        subjects.map((subject, index) =>
          scene.complete(subject, completions[index] ?? new Secret(''), { account: 'acc-1', name: subject }),
        ),
      );
      assert.equal((await scene.place.query('select id from grants')).length, 1);
      const held = await Promise.all(subjects.map((subject) => scene.current(subject)));
      assert.equal(new Set(held).size, 1);
    });

    it('keeps the refresh token of before where a consent brings none', async () => {
      await using scene = await linkStoreScene(openPlace);
      await scene.link('alice', 'acc-1', 'one');
      const again = await scene.consent('alice');
      await scene.complete('alice', again, { account: 'acc-1', name: 'two', refresh: false });
      const current = (await scene.stores.grants.view(REALM, 'alice'))?.current;
      assert.deepEqual(
        [current?.accessToken().reveal(), current?.refreshToken()?.reveal()],
        ['access-two', 'refresh-one'],
      );
    });

    it('puts another account in the place of the first only where it may, and forsakes that', async () => {
      await using scene = await linkStoreScene(openPlace);
      await scene.link('alice', 'acc-1', 'one');
      const completion = await scene.consent('alice');
      const brought = { account: 'acc-2', name: 'two' };
      assert.equal((await scene.complete('alice', completion, brought)).kind, 'other_account');
      assert.equal(await scene.current('alice'), 'access-one');
      const replacing = await scene.consent('alice');
      assert.equal((await scene.complete('alice', replacing, { ...brought, replace: true })).kind, 'connected');
      assert.equal(await scene.current('alice'), 'access-two');
      const forsaken = await scene.stores.connections.claimOrphanedGrant(REALM);
      assert.equal(forsaken?.tokens?.refreshToken?.reveal(), 'refresh-one');
    });
  });

  describe(`disconnecting in ${database}`, () => {
    it('takes a grant only when nobody is connected, once at a time, and erases it', async () => {
      await using scene = await linkStoreScene(openPlace);
      const { stores, other } = scene;
      await scene.link('alice', 'acc-1', 'one');
      await scene.link('bob', 'acc-1', 'two');
      const event = await stores.connections.disconnect(REALM, 'alice');
      assert.deepEqual([event?.type, event?.subjects], ['grant.disconnected', ['alice']]);
      assert.equal(await stores.connections.disconnect(REALM, 'alice'), undefined);
      assert.equal(await stores.connections.claimOrphanedGrant(REALM), undefined, 'bob is there');
      assert.ok(await stores.connections.disconnect(REALM, 'bob'));
      assert.equal(await stores.connections.claimOrphanedGrant('another realm'), undefined);
      const taken = await Promise.all([stores, other].map(({ connections }) => connections.claimOrphanedGrant(REALM)));
      const [forsaken, ...more] = taken.filter((each) => each !== undefined);
      assert.ok(forsaken !== undefined && more.length === 0);
      assert.equal((await scene.link('carol', 'acc-1', 'three')).kind, 'busy', 'it is being revoked');
      await stores.connections.erase(forsaken.exchange);
      for (const table of ['grants', 'credentials', 'exchanges']) {
        assert.deepEqual(await scene.place.query(`select * from ${table}`), []);
      }
      assert.equal((await scene.link('carol', 'acc-1', 'four')).kind, 'connected');
    });

    it('takes a grant again later that could not be ended, and one whose holder is gone', async () => {
      await using scene = await linkStoreScene(openPlace);
      const { connections } = scene.stores;
      await scene.link('alice', 'acc-1', 'one');
      await connections.disconnect(REALM, 'alice');
      const first = await connections.claimOrphanedGrant(REALM);
      assert.ok(first !== undefined);
      const retryAt = scene.place.clock.now() + 5_000;
      await connections.putBack(first.exchange, { failures: 1, retryAt, lastFailure: 'unknown' });
      assert.equal(await connections.claimOrphanedGrant(REALM), undefined);
      await scene.place.clock.advance(5_001);
      const second = await connections.claimOrphanedGrant(REALM);
      assert.deepEqual([second?.failures, second?.tokens?.accessToken.reveal()], [1, 'access-one']);
      await scene.place.clock.advance(HOUR_MS);
      assert.ok(await scene.other.connections.claimOrphanedGrant(REALM), 'its lease is over');
    });

    it('waits for an exchange whose answer may still come, and passes over what comes too late', async () => {
      await using scene = await linkStoreScene(openPlace);
      const { connections, grants } = scene.stores;
      await scene.link('alice', 'acc-1', 'one');
      const view = await grants.view(REALM, 'alice');
      assert.ok(view?.current !== undefined);
      const exchange = await grants.openExchange(await intentOf(grants, REALM, 'alice', 'refresh'));
      assert.ok(exchange !== undefined);
      await connections.disconnect(REALM, 'alice');
      assert.equal(await connections.claimOrphanedGrant(REALM), undefined);
      await scene.place.clock.advance(HOUR_MS);
      const forsaken = await connections.claimOrphanedGrant(REALM);
      assert.ok(forsaken !== undefined);
      await connections.erase(forsaken.exchange);
      const tokens = { accessToken: new Secret('late'), expiresAt: scene.place.clock.now() + 1, tokenType: 'Bearer' };
      assert.equal(await finishObtained(grants, exchange, { kind: 'obtained', tokens }), undefined);
      assert.deepEqual(await scene.place.query('select * from credentials'), []);
    });

    it('lists a subject’s connections in the realms asked for', async () => {
      await using scene = await linkStoreScene(openPlace);
      await scene.link('alice', 'acc-1', 'one');
      const { connections } = scene.stores;
      const [found] = await connections.of('alice', [REALM, 'another']);
      assert.deepEqual([found?.realm, found?.accountId, found?.profile?.accountId], [REALM, 'acc-1', 'acc-1']);
      assert.deepEqual(await connections.of('alice', ['another']), []);
      assert.deepEqual(await connections.of('bob', [REALM]), []);
      assert.deepEqual(await connections.of('alice', []), []);
    });
  });
}
