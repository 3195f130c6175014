import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { tokenOf } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { ATOMS_PATH, startService, USER_PATH, type Service } from '../../support/service/start-service.ts';

/** Sets Cal.com back to where it was before anybody came, so that it gives the same ids again. */
async function setBack({ sandbox }: Service): Promise<void> {
  await sandbox.control('POST', '/reset');
  await sandbox.control('PUT', '/settings', { rate_limit_per_minute: 0 });
}

async function emailBehind({ sandbox }: Service, token: string): Promise<string> {
  const { status, json } = await sandbox.me(token);
  assert.equal(status, 200, 'Cal.com accepts the token');
  return json.data.email;
}

/** The account that a service holds for its one user. */
function accountId(service: Service): string | null {
  return service.rows('select account_id from grants')[0]?.account_id;
}

/** As if Cal.com had been asked about every user long ago. */
function forgetWhenAsked({ databasePath }: Service): void {
  using database = new DatabaseSync(databasePath, { timeout: 10_000 });
  database.exec('update grants set profile_at = 0');
}

/** Alice at one deployment and bob at another, to whom Cal.com gave one and the same id, one after the other. */
async function newScene() {
  await using started = new AsyncDisposableStack();
  const alices = started.use(await startService());
  const stale: string = tokenOf(await alices.token(jwt('alice'))).access_token;
  const id = accountId(alices);
  await setBack(alices);
  const bobs = started.use(await startService({ sandbox: alices.sandbox }));
  const bobsToken: string = tokenOf(await bobs.token(jwt('bob'))).access_token;
  assert.equal(accountId(bobs), id, 'the id was given again');
  const all = started.move();
  return { alices, bobs, stale, bobsToken, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

type Scene = Awaited<ReturnType<typeof newScene>>;

/** The ways in which alice's service finds out that her token is no more; each gives the token that she then has. */
const WAYS: Record<string, (scene: Scene) => Promise<string>> = {
  'has expired': async ({ alices }) => {
    await alices.expire('here');
    return tokenOf(await alices.token(jwt('alice'))).access_token;
  },
  'was rejected': async ({ alices, stale }) =>
    tokenOf(await alices.token(jwt('alice'), { rejected_access_token: stale })).access_token,
  'is to be renewed': async ({ alices }) =>
    tokenOf(await alices.token(jwt('alice'), { force_refresh: true })).access_token,
  'is shown by Atoms': async ({ alices, stale }) => {
    const { status, json, text } = await alices.call('GET', ATOMS_PATH, { bearer: stale });
    assert.equal(status, 200, text);
    return json.accessToken;
  },
};

describe('an account id that Cal.com gave again, to another’s user', { concurrency: 4 }, () => {
  for (const [how, successor] of Object.entries(WAYS)) {
    for (const looked of [false, true]) {
      const before = looked ? ', who looked at her account before,' : '';
      it(`leads to no other’s token when the token of its former owner${before} ${how}`, async () => {
        await using scene = await newScene();
        const { alices, bobs, bobsToken, stale } = scene;
        if (looked) {
          forgetWhenAsked(alices);
          await alices.call('GET', USER_PATH, { bearer: jwt('alice') });
        }
        const token = await successor(scene);
        assert.match(await emailBehind(alices, token), /^alice\+/);
        assert.notEqual(token, stale);
        assert.notEqual(accountId(alices), accountId(bobs), 'she has an account of her own');
        assert.match(await emailBehind(bobs, bobsToken), /^bob\+/, 'bob was left alone');
        assert.equal(tokenOf(await alices.token(jwt('alice'))).access_token, token);
      });
    }
  }

  it('shows its former owner nothing of the other', async () => {
    await using scene = await newScene();
    forgetWhenAsked(scene.alices);
    const { text } = await scene.alices.call('GET', USER_PATH, { bearer: jwt('alice') });
    assert.doesNotMatch(text, /bob/i);
  });
});

describe('an account id that Cal.com gave again, to another user of the same service', () => {
  it('is stored for the new one, and the former one gets an account of their own', async () => {
    await using service = await startService();
    tokenOf(await service.token(jwt('alice')));
    const id = accountId(service);
    await setBack(service);
    const bobs = tokenOf(await service.token(jwt('bob')));
    assert.equal(bobs.integration_status, 'created');
    assert.match(await emailBehind(service, bobs.access_token), /^bob\+/);
    const holders = service.rows(
      `select subject from grants join connections on grant_id = id where account_id = '${id}'`,
    );
    assert.deepEqual(
      holders.map(({ subject }) => subject),
      ['bob'],
    );
    await service.expire('here');
    for (const subject of ['alice', 'bob']) {
      const { access_token: token } = tokenOf(await service.token(jwt(subject)));
      assert.match(await emailBehind(service, token), new RegExp(`^${subject}\\+`));
    }
    const accounts = service.rows('select account_id from grants').map(({ account_id }): string => account_id);
    assert.equal(new Set(accounts).size, 2);
    assert.ok(!service.logs.some((line) => line.includes('"level":50')), 'without an error');
  });
});
