import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Pool } from 'pg';
import { call, tokenOf } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { CLIENT_ID, startSandbox, type Sandbox } from '../../support/service/start-sandbox.ts';
import { startServiceProcess } from '../../support/service/start-service-process.ts';
import { expireStored, TOKEN_PATH, USER_PATH } from '../../support/service/start-service.ts';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { lines, newImportScene, summary, type ImportScene } from './import-scene.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

/** A managed user that another program made at Cal.com, as the answer to that describes it. */
async function createUser(sandbox: Sandbox, name: string): Promise<any> {
  const { status, json } = await sandbox.asClient('POST', `/v2/oauth-clients/${CLIENT_ID}/users`, {
    email: `${name}@example.com`,
    name,
  });
  assert.equal(status, 201, JSON.stringify(json));
  return json.data;
}

/** That answer as a line: its own spellings, and whose it is. */
function lineOf(subject: string, { user, ...tokens }: any) {
  return { subject, provider: 'cal-com-managed', account_id: user.id, ...tokens };
}

async function importLines(scene: ImportScene, ...given: object[]): Promise<any> {
  const result = await scene.run(scene.file(given), '--json');
  assert.equal(result.code, 0, result.stdout + result.stderr);
  return summary(result);
}

/** Upstream calls that ask for tokens, since the users were made. */
async function calls(sandbox: Sandbox): Promise<number[]> {
  return Promise.all((['create', 'refresh', 'force-refresh'] as const).map((kind) => sandbox.count(kind)));
}

describe('an imported managed user', { concurrency: 2 }, () => {
  it('is served its own token while that lives, and exactly one refresh after it', async () => {
    await using sandbox = await startSandbox();
    using scene = newImportScene(sandbox.url);
    const made = await createUser(sandbox, 'alice');
    await importLines(scene, lineOf('alice', made));
    await using service = await startServiceProcess(scene.env);
    const ask = () => call(service.url + TOKEN_PATH, 'POST', { bearer: jwt('alice') });
    const first = tokenOf(await ask());
    assert.equal(first.access_token, made.accessToken);
    assert.equal(first.refreshed, false);
    assert.ok(first.expires_in > 3500 && first.expires_in <= 3600, String(first.expires_in));
    assert.deepEqual(await calls(sandbox), [1, 0, 0]);
    expireStored(scene.databasePath);
    await sandbox.control('POST', '/tokens/expire', { all: true });
    const renewed = await Promise.all(Array.from({ length: 20 }, async () => tokenOf(await ask()).access_token));
    assert.equal(new Set(renewed).size, 1);
    assert.notEqual(renewed[0], made.accessToken);
    assert.equal((await sandbox.me(renewed[0])).json.data.id, made.user.id);
    assert.deepEqual(await calls(sandbox), [1, 1, 0]);
    const shown = await call(service.url + USER_PATH, 'GET', { bearer: jwt('alice') });
    assert.equal(shown.status, 200, shown.text);
    // The same file again: the token in it was spent, and must not come back.
    assert.equal((await importLines(scene, lineOf('alice', made))).already_there, 1);
    assert.equal(tokenOf(await ask()).access_token, renewed[0]);
  });

  it('heals by force-refresh where its refresh token is dead, and stays the same user', async () => {
    await using sandbox = await startSandbox();
    using scene = newImportScene(sandbox.url);
    const made = await createUser(sandbox, 'alice');
    const { refreshToken, user } = made;
    await importLines(scene, lineOf('alice', { user, refreshToken }));
    await sandbox.control('POST', '/tokens/purge', { all: true, kind: 'refresh' });
    await using service = await startServiceProcess(scene.env);
    const { access_token } = tokenOf(await call(service.url + TOKEN_PATH, 'POST', { bearer: jwt('alice') }));
    assert.equal((await sandbox.me(access_token)).json.data.id, user.id);
    assert.deepEqual(await calls(sandbox), [1, 1, 1]);
  });

  it('may come while a service serves others, and is served at once', async () => {
    await using sandbox = await startSandbox();
    using scene = newImportScene(sandbox.url);
    await using service = await startServiceProcess(scene.env);
    const ask = (subject: string, body = {}) => call(service.url + TOKEN_PATH, 'POST', { bearer: jwt(subject), body });
    tokenOf(await ask('bob'));
    const made = await createUser(sandbox, 'alice');
    const importing = importLines(scene, ...lines(500), lineOf('alice', made));
    const done = new AbortController();
    void importing.finally(() => {
      done.abort();
    });
    let answered = 0;
    while (!done.signal.aborted) {
      tokenOf(await ask('bob', { force_refresh: answered % 10 === 0 }));
      answered += 1;
    }
    assert.equal((await importing).imported, 501);
    assert.ok(answered > 0);
    assert.equal(tokenOf(await ask('alice')).access_token, made.accessToken);
  });

  it('is imported into Postgres as well, by two commands at once', async () => {
    await using sandbox = await startSandbox();
    const url = await server.createDatabase();
    using scene = newImportScene(sandbox.url, { EVERGRANT_DATABASE_URL: url });
    const made = await createUser(sandbox, 'alice');
    const given = [...lines(300), lineOf('alice', made)];
    const [one, other] = [
      scene.file(given, { name: 'one.jsonl' }),
      scene.file(given.toReversed(), { name: 'two.jsonl' }),
    ];
    const both = await Promise.all([scene.run(one, '--json'), scene.run(other, '--json')]);
    const [ours, theirs] = both.map(summary);
    assert.deepEqual([ours.code, theirs.code], [0, 0], JSON.stringify(both));
    assert.equal(Number(ours.imported) + Number(theirs.imported), 301);
    assert.equal(Number(ours.already_there) + Number(theirs.already_there), 301);
    const pool = new Pool({ connectionString: url, max: 1 });
    const { rows } = await pool.query('select count(*)::int as count from credentials');
    await pool.end();
    assert.equal(rows[0].count, 301);
    await using service = await startServiceProcess(scene.env);
    const answer = tokenOf(await call(service.url + TOKEN_PATH, 'POST', { bearer: jwt('alice') }));
    assert.equal(answer.access_token, made.accessToken);
  });
});
