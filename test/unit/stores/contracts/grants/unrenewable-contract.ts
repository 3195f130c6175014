import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLongLived, NEVER } from '../../../../../src/grants/credential.ts';
import { renewalSchedule } from '../../../../../src/grants/rules/renewal-schedule.ts';
import type { TokenSet } from '../../../../../src/oauth/tokens/token-set.ts';
import { Secret } from '../../../../../src/secret.ts';
import { intentOf } from '../../../../support/stores/intent-of.ts';
import {
  linkStoreScene,
  taken,
  type LinkStoreScene,
  type OpenSqlPlace,
} from '../../../../support/stores/link-scene.ts';
import { HOUR_MS, obtained, profile, REALM, REJECTED, SUBJECT } from '../../../../support/stores/one-grant.ts';
import { finishObtained, scheduledImport } from '../../../../support/stores/scheduled.ts';
import { DAY_MS } from '../../../../support/stores/upkeep-scene.ts';

/** What a provider or an operator brings for alice's account. */
interface Brought {
  readonly name?: string;
  /** Left out where nobody says when the access token ends. */
  readonly lifeMs?: number;
  readonly refresh?: boolean;
  /** False where the provider can give another token by itself. */
  readonly needsRefreshToken?: boolean;
}

/** The ways of bringing tokens, which follow one rule. */
const WAYS = {
  /** The answer is kept and read again before the link is complete, as after an interruption. */
  'a link': async (scene: LinkStoreScene, brought: Brought) => {
    const { stores, place } = scene;
    const { name = 'one', lifeMs, refresh = false, needsRefreshToken = true } = brought;
    const completion = await scene.consent(SUBJECT);
    const first = await taken(stores, completion, { realm: REALM, subject: SUBJECT });
    const tokens: TokenSet = {
      accessToken: new Secret(`access-${name}`),
      expiresAt: place.clock.now() + (lifeMs ?? 300_000),
      ...(lifeMs === undefined ? { isExpiryGuessed: true } : {}),
      tokenType: 'Bearer',
      ...(refresh ? { refreshToken: new Secret(`refresh-${name}`) } : {}),
    };
    await stores.links.keep(first, { kind: 'obtained', tokens });
    await stores.links.putBack(first);
    const link = await taken(stores, completion, { realm: REALM, subject: SUBJECT });
    assert.ok(link.answer !== undefined);
    const answer = { ...link.answer, profile: profile('179') };
    const schedule = renewalSchedule(link.id, place.clock.now(), answer.tokens);
    const verdict = await stores.links.connect({ link, answer, schedule, needsRefreshToken, replace: true });
    assert.equal(verdict.kind, 'connected');
  },
  'an import': async ({ stores, place }: LinkStoreScene, brought: Brought) => {
    const { name = 'one', lifeMs, refresh = false, needsRefreshToken = true } = brought;
    const now = place.clock.now();
    const expiresAt = lifeMs === undefined ? undefined : now + lifeMs;
    const grant = scheduledImport({
      realm: REALM,
      subject: SUBJECT,
      accountId: '179',
      access: { token: new Secret(`access-${name}`), expiresAt },
      refresh: refresh ? { token: new Secret(`refresh-${name}`), expiresAt: undefined } : undefined,
      tokenType: 'Bearer',
      needsRefreshToken,
    });
    const schedule = renewalSchedule(name, now, { expiresAt: expiresAt ?? now });
    assert.deepEqual(await stores.imports.add([{ ...grant, schedule }]), ['imported']);
  },
} as const;

/** What becomes of tokens that nothing can renew, whatever database is under it. */
export function unrenewableContract(database: string, openPlace: OpenSqlPlace): void {
  const open = async () => {
    const scene = await linkStoreScene(openPlace);
    const { stores, place } = scene;
    return {
      scene,
      ...stores,
      clock: place.clock,
      current: async () => (await stores.grants.view(REALM, SUBJECT))?.current,
      events: async () => (await place.query('select type from events order by id')).map(({ type }) => String(type)),
      [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
    };
  };
  for (const [way, bring] of Object.entries(WAYS)) {
    describe(`${way} without a refresh token in ${database}`, () => {
      it('without an end has none, and is told once', async () => {
        await using at = await open();
        await bring(at.scene, {});
        const current = await at.current();
        assert.deepEqual([current?.expiresAt, current?.hasRefreshToken], [NEVER, false]);
        assert.ok(current !== undefined && isLongLived(current));
        assert.deepEqual(await at.events(), ['grant.created', 'grant.unrenewable']);
        await at.clock.advance(4_000 * DAY_MS);
        assert.deepEqual(await at.upkeep.noteExpiring(REALM, 99), []);
        assert.deepEqual([await at.upkeep.due(REALM, 99), await at.upkeep.lapsing(REALM, 99)], [[], []]);
        assert.deepEqual(await at.grants.noteReconnectRequired(current.grantId, 'none'), undefined);
      });

      it('with an end ends then, which is told ahead, once, by whichever instance looks first', async () => {
        await using at = await open();
        const lifeMs = 60 * DAY_MS;
        const start = at.clock.now();
        await bring(at.scene, { lifeMs });
        assert.equal((await at.current())?.expiresAt, start + lifeMs);
        await at.clock.advance(lifeMs - 8 * DAY_MS);
        assert.deepEqual(await at.upkeep.noteExpiring(REALM, 99), []);
        await at.clock.advance(5 * DAY_MS);
        const both = [at.upkeep, at.scene.other.upkeep];
        const told = (await Promise.all(both.map((each) => each.noteExpiring(REALM, 99)))).flat();
        assert.deepEqual(
          told.map(({ type, subjects }) => [type, subjects]),
          [['grant.expiring', [SUBJECT]]],
        );
        assert.deepEqual([await at.upkeep.due(REALM, 99), await at.upkeep.lapsing(REALM, 99)], [[], []]);
        await at.clock.advance(3 * DAY_MS);
        assert.deepEqual(await at.upkeep.noteExpiring(REALM, 99), []);
        assert.deepEqual(await at.upkeep.noteLapsed(REALM, 99), []);
        assert.deepEqual(await at.events(), ['grant.created', 'grant.unrenewable', 'grant.expiring']);
      });

      it('is no news that it ends where it has ended, or was replaced', async () => {
        await using at = await open();
        await bring(at.scene, { lifeMs: HOUR_MS });
        await bring(at.scene, { name: 'two' });
        await at.clock.advance(HOUR_MS - 1);
        assert.deepEqual(await at.upkeep.noteExpiring(REALM, 99), []);
        await using other = await open();
        await bring(other.scene, { lifeMs: HOUR_MS });
        await other.clock.advance(HOUR_MS);
        assert.deepEqual(await other.upkeep.noteExpiring(REALM, 99), []);
      });

      it('is like any other where the provider gives tokens by itself', async () => {
        await using at = await open();
        await bring(at.scene, { needsRefreshToken: false });
        assert.ok((await at.current())!.expiresAt <= at.clock.now() + 300_000);
        assert.deepEqual(await at.events(), ['grant.created']);
        await at.clock.advance(DAY_MS);
        assert.deepEqual(await at.upkeep.noteExpiring(REALM, 99), []);
      });

      it('ends when it is reported, and does not come back', async () => {
        await using at = await open();
        await bring(at.scene, {});
        const { grantId, ...reported } = (await at.current())!;
        const name = { exchangeId: reported.exchangeId, nonce: 'another' };
        assert.equal(await at.grants.noteReconnectRequired(grantId, 'none', name), undefined, 'a wrong report');
        const both = [at.grants, at.scene.other.grants];
        const { exchangeId } = name;
        const { nonce } = (await at.current())!;
        const events = await Promise.all(
          both.map((each) => each.noteReconnectRequired(grantId, 'none', { exchangeId, nonce })),
        );
        assert.deepEqual(
          events.filter((event) => event !== undefined).map(({ type, reason }) => [type, reason]),
          [['grant.reconnect_required', 'refused']],
        );
        assert.equal(await at.current(), undefined);
        await bring(at.scene, { name: 'two', lifeMs: HOUR_MS });
        const told = (await at.scene.place.query(`select type, reason from events order by id`)).slice(3);
        assert.deepEqual(
          told.map(({ type, reason }) => [type, reason]),
          [
            ['grant.recovered', 'refused'],
            ['grant.unrenewable', null],
          ],
        );
      });
    });
  }

  describe(`a token without an end in ${database}`, () => {
    it('is forgotten like any other once it was replaced', async () => {
      await using at = await open();
      await WAYS['a link'](at.scene, {});
      await WAYS['a link'](at.scene, { name: 'two', lifeMs: 400 * DAY_MS });
      await WAYS['a link'](at.scene, { name: 'three' });
      const retention = { factsMs: 30 * DAY_MS, tokensMs: DAY_MS, lostMs: 180 * DAY_MS, irreparable: [REALM] };
      const kept = async (days: number) => {
        await at.clock.advance(days * DAY_MS);
        for (let bite = 0; bite < 9; bite += 1) await at.upkeep.forget(retention, 100);
        return (await at.scene.place.query('select exchange_id from credentials')).length;
      };
      assert.deepEqual([await kept(1.9), await kept(0.2)], [3, 1]);
    });
  });

  describe(`a token with a guessed end in ${database}`, () => {
    it('keeps the guess where an earlier refresh token stays in force', async () => {
      await using at = await open();
      await WAYS['a link'](at.scene, { refresh: true, lifeMs: HOUR_MS });
      await WAYS['a link'](at.scene, { name: 'two' });
      const current = await at.current();
      assert.deepEqual(
        [current?.hasRefreshToken, current?.expiresAt, current?.accessToken().reveal()],
        [true, at.clock.now() + 300_000, 'access-two'],
      );
      assert.deepEqual(await at.events(), ['grant.created']);
    });
  });

  describe(`tokens that are imported once more in ${database}`, () => {
    const line = (name = 'one', more: object = {}) =>
      scheduledImport({
        realm: REALM,
        subject: SUBJECT,
        accountId: '179',
        access: undefined,
        refresh: { token: new Secret(`refresh-${name}`), expiresAt: undefined },
        tokenType: 'Bearer',
        ...more,
      });
    const refuse = async (at: Awaited<ReturnType<typeof open>>) => {
      const exchange = await at.grants.openExchange(await intentOf(at.grants, REALM, SUBJECT, 'refresh'));
      await at.grants.finishFailed(exchange!, { ...REJECTED, recoveryPath: 'none' });
    };
    const renew = async (at: Awaited<ReturnType<typeof open>>, name: string, refresh: boolean) => {
      const exchange = await at.grants.openExchange(await intentOf(at.grants, REALM, SUBJECT, 'refresh'));
      await finishObtained(at.grants, exchange!, obtained(name, { expiresAt: at.clock.now() + HOUR_MS, refresh }));
    };

    it('are taken where they were refused and nothing is left, as often as that is so', async () => {
      await using at = await open();
      for (let round = 0; round < 3; round += 1) {
        assert.deepEqual(await at.imports.check([line()]), ['imported']);
        assert.deepEqual(await at.imports.add([line(), line()]), ['imported', 'already_there']);
        assert.equal((await at.current())?.refreshToken()?.reveal(), 'refresh-one');
        await refuse(at);
        assert.equal(await at.current(), undefined);
      }
    });

    it('are taken where a refresh left them in force before they were refused', async () => {
      await using at = await open();
      await at.imports.add([line()]);
      await renew(at, 'again', false);
      await refuse(at);
      assert.deepEqual(await at.imports.add([line()]), ['imported']);
    });

    it('are not taken where they were exchanged for others, be those refused since', async () => {
      await using at = await open();
      await at.imports.add([line()]);
      await renew(at, 'two', true);
      await refuse(at);
      assert.equal(await at.current(), undefined);
      assert.deepEqual(await at.imports.add([line()]), ['already_there']);
      assert.equal(await at.current(), undefined);
      assert.deepEqual(await at.imports.add([line('three')]), ['imported']);
    });

    it('are not taken where something is in force again', async () => {
      await using at = await open();
      await at.imports.add([line()]);
      await refuse(at);
      await WAYS['a link'](at.scene, { name: 'two', refresh: true, lifeMs: HOUR_MS });
      assert.deepEqual(await at.imports.add([line()]), ['already_there']);
      assert.equal((await at.current())?.accessToken().reveal(), 'access-two');
    });

    it('are not taken where an earlier line of the same file has put something in force', async () => {
      await using at = await open();
      await at.imports.add([line()]);
      await refuse(at);
      assert.deepEqual(await at.imports.add([line('two'), line()]), ['imported', 'already_there']);
      assert.equal((await at.current())?.refreshToken()?.reveal(), 'refresh-two');
    });
  });
}
