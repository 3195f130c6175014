import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Vault } from '../../../../src/stores/vault/vault.ts';
import { inAProcess } from '../../../support/stores/in-a-process.ts';
import { obtained, REALM, SUBJECT } from '../../../support/stores/one-grant.ts';
import { sqlitePlace } from '../../../support/stores/open-test-stores.ts';
import { ringKey } from '../../../support/stores/ring-key.ts';
import { finishObtained } from '../../../support/stores/scheduled.ts';

const vault = new Vault([ringKey('k1', Buffer.alloc(32, 1))]);
const OPEN = 'select * from exchanges where finished_at is null';

describe('a start on the machine of a predecessor', () => {
  it('closes what a killed process left open, at once and as unknown', async () => {
    await using place = await sqlitePlace();
    const predecessor = inAProcess('open-an-exchange-process.ts', place.path);
    assert.equal(await predecessor.nextLine(), 'ready');
    predecessor.child.stdin?.write('go\n');
    assert.equal(await predecessor.nextLine(), 'opened 1');
    predecessor.child.kill('SIGKILL');
    await predecessor.ended;
    assert.equal(place.rows(OPEN).length, 1);

    const { grants } = await place.openAll({ vault });
    assert.equal(place.rows(OPEN).length, 0);
    assert.equal(place.rows('select outcome from exchanges')[0]?.['outcome'], 'unknown');
    const { grantId } = (await grants.view(REALM, SUBJECT))!;
    const nonce = String(place.rows('select nonce from exchanges')[0]?.['nonce']);
    assert.deepEqual(await grants.exchangeStatus(grantId), {
      last: { exchangeId: 1, nonce },
      // The process lives by the machine's clock, which is months ahead of this one.
      recentExchanges: 0,
      held: false,
      isUnresolved: false,
    });
    const exchange = {
      exchangeId: 1,
      nonce,
      grantId,
      kind: 'recover',
      presented: undefined,
      accountId: '179',
      openedAt: 0,
      openedTick: 0,
    } as const;
    await finishObtained(grants, exchange, obtained('rescued'));
    assert.equal((await grants.view(REALM, SUBJECT))?.current?.accessToken().reveal(), 'rescued');
  });

  it('leaves alone what a living process has open, and what one of another machine has', async () => {
    await using place = await sqlitePlace();
    const neighbour = inAProcess('open-an-exchange-process.ts', place.path);
    try {
      assert.equal(await neighbour.nextLine(), 'ready');
      neighbour.child.stdin?.write('go\n');
      assert.equal(await neighbour.nextLine(), 'opened 1');
      await place.openAll({ vault });
      assert.equal(place.rows(OPEN).length, 1);
    } finally {
      neighbour.child.kill('SIGKILL');
      await neighbour.ended;
    }
  });
});

describe('several processes on one database', () => {
  it('open one exchange between them, round after round', { timeout: 60_000 }, async () => {
    await using place = await sqlitePlace();
    const processes = Array.from({ length: 4 }, () => inAProcess('open-an-exchange-process.ts', place.path));
    try {
      for (const each of processes) assert.equal(await each.nextLine(), 'ready');
      for (const { child } of processes) child.stdin?.write('go\n');
      const said = await Promise.all(processes.map((each) => each.nextLine()));
      assert.deepEqual(said.sort(), ['opened 1', 'opened nothing', 'opened nothing', 'opened nothing']);
      assert.equal(place.rows('select id from grants').length, 1);
    } finally {
      for (const { child, ended } of processes) {
        child.kill('SIGKILL');
        await ended;
      }
    }
  });
});
