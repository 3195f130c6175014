import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ImportedGrant } from '../../../../../src/grants/storage/import-store.ts';
import { Secret } from '../../../../../src/secret.ts';
import { profile, REALM, SUBJECT } from '../../../../support/stores/one-grant.ts';
import { imported, type ImportPlace } from './import-store-contract.ts';

async function open(openPlace: () => Promise<ImportPlace>) {
  const place = await openPlace();
  const { grants, imports, confirmations } = await place.openAll();
  const view = async (subject = SUBJECT) => (await grants.view(REALM, subject))!;
  return {
    place,
    imports,
    confirmations,
    view,
    add: async (name: string, more: Partial<ImportedGrant> = {}) => (await imports.add([imported(name, more)]))[0],
    /** The current credential, as one that was checked. */
    checked: async () => {
      const { grantId, accountId = '', current } = await view();
      return { grantId, accountId, exchangeId: current!.exchangeId, nonce: current!.nonce };
    },
    events: async () =>
      (await place.query('select type, reason from events order by id')).map(({ type, reason }) => [type, reason]),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

/** Whether imported accounts are confirmed, in any database. */
export function confirmationContract(database: string, openPlace: () => Promise<ImportPlace>): void {
  describe(`the confirmation of an imported account in ${database}`, () => {
    it('is due from the import on, until the provider has named the same account', async () => {
      await using scene = await open(openPlace);
      await scene.add('one');
      assert.equal((await scene.view()).confirmation, 'due');
      await scene.confirmations.noteConfirmed(await scene.checked(), profile('179', 'Alice'));
      assert.equal((await scene.view()).confirmation, undefined);
      assert.equal(await scene.add('one'), 'already_there');
      assert.equal((await scene.view()).confirmation, undefined);
      await scene.add('two');
      assert.equal((await scene.view()).confirmation, 'due');
    });

    it('is not due where no account was named', async () => {
      await using scene = await open(openPlace);
      await scene.add('one', { accountId: undefined });
      assert.equal((await scene.view()).confirmation, undefined);
    });

    it('is of one credential, and not of others that came meanwhile', async () => {
      await using scene = await open(openPlace);
      await scene.add('one');
      const one = await scene.checked();
      await scene.add('two');
      await scene.confirmations.noteConfirmed(one, profile('179', 'Alice'));
      assert.equal((await scene.view()).confirmation, 'due');
      assert.equal(await scene.confirmations.noteMismatch(await scene.checked()), undefined);
      assert.equal((await scene.view()).current?.accessToken().reveal(), 'one');
      await scene.confirmations.noteConfirmed(one, profile('179', 'Alice'));
      assert.equal((await scene.view()).confirmation, undefined);
    });

    it('that fails ends the credential and is told once, whoever finds it', async () => {
      await using scene = await open(openPlace);
      await scene.add('one');
      const checked = await scene.checked();
      const events = [await scene.confirmations.noteMismatch(checked), await scene.confirmations.noteMismatch(checked)];
      assert.deepEqual(
        events.map((event) => event?.reason),
        ['account_mismatch', undefined],
      );
      const view = await scene.view();
      assert.deepEqual([view.current, view.confirmation, view.accountId], [undefined, 'failed', '179']);
      assert.deepEqual(await scene.events(), [
        ['grant.created', null],
        ['grant.reconnect_required', 'account_mismatch'],
      ]);
      assert.equal(await scene.add('one'), 'already_there', 'the same line again changes nothing');
    });

    it('that has failed is made good by tokens of whichever account they are', async () => {
      await using scene = await open(openPlace);
      await scene.add('one');
      await scene.confirmations.noteMismatch(await scene.checked());
      assert.equal(await scene.add('one', { accountId: '180' }), 'imported');
      const view = await scene.view();
      assert.deepEqual([view.accountId, view.confirmation], ['180', 'due']);
      await scene.confirmations.noteConfirmed(await scene.checked(), profile('180', 'Ben'));
      assert.equal(
        await scene.add('three', { accountId: '181', refresh: { token: new Secret('r'), expiresAt: undefined } }),
        'other_account',
      );
    });

    it('does nothing to a grant that has another account by now', async () => {
      await using scene = await open(openPlace);
      await scene.add('one');
      const checked = { ...(await scene.checked()), accountId: '180' };
      await scene.confirmations.noteConfirmed(checked, profile('180', 'Ben'));
      assert.equal(await scene.confirmations.noteMismatch(checked), undefined);
      assert.equal((await scene.view()).confirmation, 'due');
      assert.notEqual((await scene.view()).current, undefined);
    });
  });
}
