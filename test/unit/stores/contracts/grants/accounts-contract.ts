import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Applicant, ExchangeResult, Obtained } from '../../../../../src/providers/provider.ts';
import type { OpenPlace } from './grant-store-contract.ts';
import {
  ACCOUNT_GONE,
  obtained,
  oneGrant,
  profile,
  REALM,
  SUBJECT,
  UNKNOWN,
  type OneGrant,
} from '../../../../support/stores/one-grant.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

const APPLICANT: Applicant = { subject: SUBJECT, email: 'alice@example.com', name: 'Alice', timeZone: 'Europe/Rome' };
const INPUT_REFUSED = { kind: 'input_refused', detail: 'no', fields: ['email'] } as const;

async function provision(grant: OneGrant, answer?: Exclude<ExchangeResult, Obtained>, applicant = APPLICANT) {
  const exchange = await grant.open('provision', undefined, { applicant });
  if (answer !== undefined) await grant.store.finishFailed(exchange, { answer, recoveryPath: 'self' });
  return exchange;
}

function failed(kind: 'account_taken' | 'not_sent' | 'throttled' | 'client_refused' | 'unknown') {
  return { kind, detail: 'said no' };
}

/** The account behind a grant, and whom it was applied for. */
export function accountsContract(database: string, openPlace: OpenPlace): void {
  describe(`the account of a grant in ${database}`, () => {
    it('is known from the answer that describes it', async () => {
      await using grant = await oneGrant(openPlace);
      const alice = profile('179', 'Alice');
      await finishObtained(grant.store, await grant.open('provision'), obtained('one', { profile: alice }));
      assert.equal((await grant.view()).accountId, '179');
      const account = await grant.otherStore.account(REALM, SUBJECT);
      assert.deepEqual([account?.grantId, account?.accountId], [grant.grantId, '179']);
      assert.deepEqual(account?.profile, alice);
      assert.deepEqual([account.integratedAt, account.profileAt], [grant.clock.now(), grant.clock.now()]);
    });

    it('stays known through answers that say nothing of it', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.open('provision');
      await finishObtained(grant.store, first, obtained('one', { profile: profile('179', 'Alice') }));
      await grant.obtain('two', 'refresh', first.exchangeId);
      assert.equal((await grant.view()).accountId, '179');
      assert.equal((await grant.store.account(REALM, SUBJECT))?.profile?.name, 'Alice');
    });

    it('is shown as the provider showed it last', async () => {
      await using grant = await oneGrant(openPlace);
      await finishObtained(
        grant.store,
        await grant.open('provision'),
        obtained('one', { profile: profile('179', 'Alice') }),
      );
      await grant.clock.advance(5_000);
      await grant.store.noteProfile(grant.grantId, profile('179', 'Alicia'));
      const account = await grant.store.account(REALM, SUBJECT);
      assert.equal(account?.profile?.name, 'Alicia');
      assert.equal(account.profileAt, grant.clock.now());
    });

    it('is not shown as another that was noted late', async () => {
      await using grant = await oneGrant(openPlace);
      await finishObtained(
        grant.store,
        await grant.open('provision'),
        obtained('one', { profile: profile('180', 'New') }),
      );
      await grant.store.noteProfile(grant.grantId, profile('179', 'Old'));
      assert.equal((await grant.store.account(REALM, SUBJECT))?.profile?.name, 'New');
    });

    it('is known again where it exists already', async () => {
      await using grant = await oneGrant(openPlace);
      await provision(grant, { kind: 'account_exists', accountId: '179', profile: profile('179', 'Alice') });
      const view = await grant.view();
      assert.deepEqual([view.accountId, view.integratedAt, view.current], ['179', undefined, undefined]);
      assert.equal((await grant.store.account(REALM, SUBJECT))?.profile?.name, 'Alice');
    });

    it('is forgotten once the provider has none by its id', async () => {
      await using grant = await oneGrant(openPlace);
      await finishObtained(grant.store, await grant.open('provision'), obtained('one', { profile: profile('179') }));
      const asked = await grant.open('recover', undefined, { accountId: '179' });
      await grant.store.finishFailed(asked, ACCOUNT_GONE);
      assert.equal((await grant.view()).accountId, undefined);
      assert.ok((await grant.view()).integratedAt !== undefined);
    });

    it('stays known where the one that is gone was another', async () => {
      await using grant = await oneGrant(openPlace);
      const late = await grant.open('recover', undefined, { accountId: '178' });
      const next = await grant.takeOver('provision');
      await finishObtained(grant.otherStore, next, obtained('one', { profile: profile('179') }));
      await grant.store.finishFailed(late, ACCOUNT_GONE);
      assert.equal((await grant.view()).accountId, '179');
    });

    it('is stored with its tokens though the provider gave the same id to another before', async () => {
      await using grant = await oneGrant(openPlace);
      await finishObtained(
        grant.store,
        await grant.open('provision'),
        obtained('one', { profile: profile('179', 'Alice') }),
      );
      await grant.store.connect(REALM, 'bob');
      const { grantId } = (await grant.store.view(REALM, 'bob'))!;
      const intent = { grantId, kind: 'provision', presented: undefined, last: undefined, current: undefined } as const;
      const exchange = (await grant.store.openExchange(intent))!;
      await finishObtained(grant.store, exchange, obtained('of bob', { profile: profile('179', 'Bob') }));
      assert.equal((await grant.store.view(REALM, 'bob'))?.current?.accessToken().reveal(), 'of bob');
      assert.equal((await grant.store.view(REALM, 'bob'))?.accountId, '179');
      assert.equal((await grant.view()).accountId, undefined);
    });
  });

  describe(`the standing applicant in ${database}`, () => {
    it('stands from before the first byte', async () => {
      await using grant = await oneGrant(openPlace);
      await provision(grant);
      assert.deepEqual(await grant.otherStore.standingApplicant(grant.grantId), APPLICANT);
    });

    it('is not touched where the exchange could not be opened', async () => {
      await using grant = await oneGrant(openPlace);
      await provision(grant);
      const late = {
        grantId: grant.grantId,
        kind: 'provision',
        presented: undefined,
        last: undefined,
        current: undefined,
      } as const;
      await grant.otherStore.openExchange({ ...late, applicant: { ...APPLICANT, email: 'other@example.com' } });
      assert.deepEqual(await grant.store.standingApplicant(grant.grantId), APPLICANT);
    });

    it('stands while the account has perhaps been made', async () => {
      await using grant = await oneGrant(openPlace);
      await provision(grant, UNKNOWN.answer);
      assert.deepEqual(await grant.store.standingApplicant(grant.grantId), APPLICANT);
    });

    it('stands once the account is made', async () => {
      await using grant = await oneGrant(openPlace);
      await finishObtained(grant.store, await provision(grant), obtained('one', { profile: profile('179') }));
      assert.deepEqual(await grant.store.standingApplicant(grant.grantId), APPLICANT);
    });

    for (const answer of [failed('account_taken'), INPUT_REFUSED]) {
      it(`stands no longer once the answer is ${answer.kind}`, async () => {
        await using grant = await oneGrant(openPlace);
        await provision(grant, failed('unknown'));
        await provision(grant, answer);
        assert.equal(await grant.store.standingApplicant(grant.grantId), undefined);
      });
    }

    for (const answer of [failed('not_sent'), failed('throttled'), failed('client_refused')]) {
      it(`stands no longer once the only attempt is ${answer.kind}`, async () => {
        await using grant = await oneGrant(openPlace);
        await provision(grant, failed('not_sent'));
        await provision(grant, answer);
        assert.equal(await grant.store.standingApplicant(grant.grantId), undefined);
      });

      it(`stands through ${answer.kind} where an earlier attempt is unknown`, async () => {
        await using grant = await oneGrant(openPlace);
        await provision(grant, failed('unknown'));
        await provision(grant, answer);
        assert.deepEqual(await grant.store.standingApplicant(grant.grantId), APPLICANT);
      });

      it(`stands through ${answer.kind} where an earlier attempt was abandoned`, async () => {
        await using grant = await oneGrant(openPlace);
        await provision(grant);
        await grant.clock.advance(3_600_000);
        await provision(grant, answer);
        assert.deepEqual(await grant.store.standingApplicant(grant.grantId), APPLICANT);
      });
    }

    it('stands through a failed recovery', async () => {
      await using grant = await oneGrant(openPlace);
      await finishObtained(grant.store, await provision(grant), obtained('one', { profile: profile('179') }));
      await grant.store.finishFailed(await grant.open('recover'), {
        answer: failed('client_refused'),
        recoveryPath: 'self',
      });
      assert.deepEqual(await grant.store.standingApplicant(grant.grantId), APPLICANT);
    });
  });
}
