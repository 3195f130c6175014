import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REJECTED } from '../../../../support/stores/one-grant.ts';
import type { SqlPlace } from '../../../../support/stores/sql-place.ts';
import { upkeepScene, type UpkeepScene } from '../../../../support/stores/upkeep-scene.ts';

/** What is not kept of what is over. */
export function emptiedContract(database: string, openPlace: () => Promise<SqlPlace>): void {
  describe(`what is over in ${database}`, () => {
    it('keeps no access token, and the refresh token that may be presented once more', async () => {
      await using scene = await upkeepScene(openPlace);
      const { exchangeId } = await scene.obtain('alice');
      assert.deepEqual(await lengths(scene), ['long long']);
      const { exchangeId: second, grantId } = await scene.obtain('alice', { kind: 'refresh', presentedId: exchangeId });
      assert.deepEqual(await lengths(scene), ['1 long', 'long long']);
      assert.ok((await scene.store.lastExchanged(grantId))?.refreshToken() !== undefined);
      await scene.fail('alice', REJECTED, { kind: 'refresh', presentedId: second });
      assert.deepEqual(await lengths(scene), ['1 long', '1 long']);
      const { exchangeId: third } = await scene.obtain('alice', { kind: 'recover' });
      await scene.obtain('alice', { kind: 'recover' });
      assert.ok(third > second);
      assert.deepEqual(await lengths(scene), ['1 long', '1 long', '1 long', 'long long']);
    });

    it('names nobody as its holder any more', async () => {
      await using scene = await upkeepScene(openPlace);
      await scene.obtain('alice');
      await scene.open('alice', { kind: 'recover' });
      const holders = await scene.place.query('select holder from exchanges order by id');
      assert.deepEqual(
        holders.map(({ holder }) => holder !== ''),
        [false, true],
      );
    });
  });
}

/** How long the sealed tokens of each credential are. */
async function lengths({ place }: UpkeepScene): Promise<string[]> {
  const rows = await place.query(
    'select length(access_token) as access, length(refresh_token) as refresh from credentials order by exchange_id',
  );
  const told = (length: unknown) => (Number(length) > 40 ? 'long' : String(length));
  return rows.map(({ access, refresh }) => `${told(access)} ${told(refresh)}`);
}
