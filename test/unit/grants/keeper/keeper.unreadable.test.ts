import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { KeeperError } from '../../../../src/grants/errors.ts';
import { replayRescued } from '../../../../src/grants/keeper/rescue.ts';
import { reread } from '../../../../src/grants/keeper/reread.ts';
import { NO_OBSERVER } from '../../../../src/grants/observer.ts';
import type { ExchangeResult, ReuseBehaviour } from '../../../../src/providers/provider.ts';
import { Secret } from '../../../../src/secret.ts';
import { HOUR_MS } from '../../../support/grants/facts.ts';
import { openKeeper, type OpenKeeper } from '../../../support/grants/open-keeper.ts';
import { refusal, ScriptedProvider, type Script } from '../../../support/grants/scripted-provider.ts';
import { obtained, profile, SUBJECT } from '../../../support/stores/one-grant.ts';

/** A provider that creates the account once, and whose every later answer nobody can read. */
function odd({ onReuse = 'reject', recover = false }: { onReuse?: ReuseBehaviour; recover?: boolean } = {}) {
  const script: Script = ({ kind }) =>
    kind === 'provision'
      ? obtained('first', { expiresAt: START + HOUR_MS, profile: profile('179') })
      : refusal('unreadable');
  return new ScriptedProvider({ onReuse, recover, script });
}

const START = Date.UTC(2026, 5, 1);

async function openOdd(options: Parameters<typeof odd>[0] = {}) {
  const at = await openKeeper({ provider: odd(options) });
  await at.clock.advance(START - at.clock.now());
  await at.ask();
  at.provider.calls.length = 0;
  return at;
}

/** What all kept answers come to with a reader that finds this in each. */
async function readAs(at: OpenKeeper, found: ExchangeResult) {
  const { unread } = await at.place.openAll();
  const provider = Object.assign(at.provider, { reader: { fingerprint: 'a reader', read: () => found } });
  const tried = [];
  for await (const each of reread({ store: at.store, unread, observer: NO_OBSERVER }, provider)) tried.push(each);
  return tried;
}

function failsWith(code: string) {
  return (error: unknown) => error instanceof KeeperError && error.code === code;
}

describe('an answer that the keeper cannot read', () => {
  it('leaves the live token to be served, and the spent one alone', async () => {
    await using at = await openOdd();
    for (const wish of [{ force: true }, { force: true }, { minTtlMs: 2 * HOUR_MS }, {}]) {
      assert.equal(await at.token(wish), 'first');
    }
    assert.deepEqual(at.provider.asked, ['refresh refresh-first']);
    assert.equal(at.reports.at(-1)?.outcome, 'unreadable');
    assert.equal(at.reports.at(-1)?.event?.type, 'grant.answer_unreadable');
    await assert.rejects(at.ask({ rejected: new Secret('first') }), failsWith('answer_unreadable'));
    await at.clock.advance(HOUR_MS);
    const refused = await at.ask().catch((error: unknown) => error);
    assert.ok(refused instanceof KeeperError);
    assert.equal(refused.code, 'answer_unreadable');
    assert.equal(refused.retryAfterMs, 60_000);
    assert.match(refused.message, /operator must look.*need not be connected again/);
    assert.equal(at.provider.calls.length, 1);
  });

  it('is left alone by upkeep too', async () => {
    await using at = await openOdd();
    await at.token({ force: true });
    const { grantId, current } = (await at.store.view(at.provider.realm, SUBJECT))!;
    const due = { grantId, subject: SUBJECT, exchangeId: current!.exchangeId };
    const failure = await at.keeper.renewAhead(at.provider, due);
    assert.equal(failure?.code, 'answer_unreadable');
    assert.equal(at.provider.calls.length, 1);
  });

  for (const onReuse of ['grace', 'accept'] as const) {
    it(`is asked for again, after a while, at a provider whose rule is "${onReuse}"`, async () => {
      await using at = await openOdd({ onReuse });
      await at.token({ force: true });
      assert.equal(await at.token({ force: true }), 'first', 'the back-off of any failure');
      await at.clock.advance(60_000);
      at.provider.script = () => obtained('second', { expiresAt: START + 3 * HOUR_MS });
      assert.equal(await at.token({ force: true }), 'second');
      assert.deepEqual(at.provider.asked, ['refresh refresh-first', 'refresh refresh-first']);
    });
  }

  it('leads to a recovery where the account can be recovered', async () => {
    await using at = await openOdd({ recover: true });
    await at.token({ force: true });
    await at.clock.advance(60_000);
    at.provider.script = () => obtained('second', { expiresAt: START + 3 * HOUR_MS });
    assert.equal(await at.token({ force: true }), 'second');
    assert.deepEqual(at.provider.asked, ['refresh refresh-first', 'recover 179']);
  });

  it('brings the grant back once it is read, and only once', async () => {
    await using at = await openOdd();
    await at.token({ force: true });
    await at.clock.advance(HOUR_MS);
    const found = obtained('second', { expiresAt: START + 3 * HOUR_MS });
    assert.equal((await readAs(at, found)).filter(({ cameBack }) => cameBack).length, 1);
    assert.equal((await readAs(at, found)).length, 0);
    assert.equal(await at.token(), 'second');
    assert.equal(at.provider.calls.length, 1);
  });

  it('that turns out to hold no token lets the old one be presented again', async () => {
    await using at = await openOdd();
    await at.token({ force: true });
    const [tried] = await readAs(at, refusal('unknown'));
    assert.equal(tried?.cameBack, false);
    assert.equal(tried.mayPresent, true);
    at.provider.script = () => obtained('second', { expiresAt: START + 3 * HOUR_MS });
    assert.equal(await at.token({ force: true }), 'second');
  });

  it('that turns out to be a refusal ends what was presented', async () => {
    await using at = await openOdd();
    await at.token({ force: true });
    const plain = Object.assign(at.provider, { provision: undefined });
    await readAs({ ...at, provider: plain }, refusal('rejected'));
    await assert.rejects(at.ask({ force: true }), failsWith('reconnect_required'));
    assert.equal(at.provider.calls.length, 1);
  });

  it('is kept sealed beside a database that refuses it, and kept there once it does not', async () => {
    await using at = await openOdd();
    const run = (sql: string) => {
      using database = new DatabaseSync(at.place.path, { timeout: 5_000 });
      database.exec(sql);
    };
    run("create trigger refusal before insert on unread_answers begin select raise(abort, 'no space left'); end");
    void at.ask({ force: true }).catch(() => undefined);
    const kept = () => at.rescue.kept();
    for (let turn = 0; turn < 400 && (await kept()).length === 0; turn++) {
      await at.clock.advance(10);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const folder = `${at.place.path}-rescue`;
    const [name = ''] = await readdir(folder);
    assert.ok(!(await readFile(join(folder, name))).includes('scripted'));
    const [rescued] = await kept();
    assert.equal(rescued?.answer.kind, 'unreadable');
    assert.equal(rescued.answer.presentedRefreshToken?.reveal(), 'refresh-first');
    run('drop trigger refusal');
    // The process did not live to see it stored: this is the next one.
    assert.equal(await replayRescued({ ...at.replay, store: await at.place.open() }), 1);
    const { unread } = await at.place.openAll();
    assert.equal((await unread.counts()).get(at.provider.realm), 1);
    assert.deepEqual(await kept(), []);
    const found = obtained('second', { refresh: false, expiresAt: START + 3 * HOUR_MS });
    assert.equal((await readAs(at, found))[0]?.cameBack, true);
    const view = await at.store.view(at.provider.realm, SUBJECT);
    assert.equal(view?.current?.refreshToken()?.reveal(), 'refresh-first');
  });
});
