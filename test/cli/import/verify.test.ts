import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startCronofy } from '../../../src/sandbox/index.ts';
import { CLIENT_ID, startSandbox, type Sandbox } from '../../support/service/start-sandbox.ts';
import { line, newImportScene, summary } from './import-scene.ts';

async function create(sandbox: Sandbox, name: string): Promise<any> {
  const body = { email: `${name}@example.com`, name };
  const { status, json } = await sandbox.asClient('POST', `/v2/oauth-clients/${CLIENT_ID}/users`, body);
  assert.equal(status, 201, JSON.stringify(json));
  return json.data;
}

/** A Cal.com and a Cronofy, and an import in front of them. */
async function open() {
  await using opened = new AsyncDisposableStack();
  const sandbox = opened.use(await startSandbox());
  const cronofy = opened.use(await startCronofy({ port: 0, host: '127.0.0.1' }));
  const scene = opened.use(
    newImportScene(sandbox.url, {
      CRONOFY_CLIENT_ID: 'sandbox-cronofy-client',
      CRONOFY_CLIENT_SECRET: 'sandbox-cronofy-secret',
      CRONOFY_API_URL: cronofy.url,
      CRONOFY_APP_URL: cronofy.url,
    }),
  );
  const control = async (method: string, path: string, body?: object): Promise<any> => {
    const response = await fetch(`${cronofy.url}/__sandbox${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, text);
    return text === '' ? undefined : JSON.parse(text);
  };
  const all = opened.move();
  return { sandbox, control, scene, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

const soon = () => new Date(Date.now() + 3_600_000).toISOString();

describe('evergrant import --verify', { concurrency: 2 }, () => {
  it('stores no token that its provider says is another account’s, and spends none', async () => {
    await using at = await open();
    const { sandbox, scene, control } = at;
    const cal = await create(sandbox, 'ada');
    const [ada, ben, cid] = await control('POST', '/accounts', { count: 3 });
    const cronofy = (subject: string, { access_token, refresh_token }: any, more: object) => ({
      ...{ subject, provider: 'cronofy', access_token, refresh_token, expires_at: soon() },
      ...more,
    });
    const { user, ...tokens } = cal;
    const file = scene.file([
      cronofy('ada', ada, { account_id: ada.sub }),
      cronofy('w', cid, { account_id: ben.sub }),
      cronofy('ben', ben, { account_id: ben.sub, expires_at: '2026-01-01T00:00:00Z' }),
      { subject: 'cal', provider: 'cal-com-managed', account_id: user.id, ...tokens },
      line(7, { account_id: Number(user.id) + 1, refresh_token: 'opaque', access_token: 'not-one-of-cal-com' }),
    ]);
    await control('DELETE', '/journal');
    await sandbox.control('DELETE', '/journal');
    for (const options of [['--dry-run'], []]) {
      const result = summary(await scene.run(file, '--json', '--verify', ...options));
      assert.deepEqual(
        [result.code, result.imported, result.refused, result.verified],
        [1, 4, 1, 2],
        JSON.stringify(result),
      );
      const [refused] = result.refused_lines;
      assert.deepEqual([refused.line, refused.field], [2, 'access_token']);
      assert.match(
        refused.message,
        new RegExp(`of the account ${cid.sub} by its provider's word, but .* is ${ben.sub}`),
      );
      assert.deepEqual(
        result.unverified_lines.map(({ line: number }: any) => number),
        [3, 5],
      );
      assert.match(result.unverified_lines[0].why, /^its access token is over/);
      assert.match(result.unverified_lines[1].why, /does not accept the access token/);
    }
    const asked = [...(await control('GET', '/journal')), ...(await sandbox.journal())];
    assert.deepEqual(new Set(asked.map(({ method }: any) => method)), new Set(['GET']));
    const before = asked.length;
    const again = await scene.run(file, '--verify');
    assert.match(again.stdout, /^Imported: 0\. Already there: 4\. Refused: 1\.\nVerified: 0\. Not verified: 0\.\n$/);
    const later = [...(await control('GET', '/journal')), ...(await sandbox.journal())];
    assert.equal(later.length - before, 1, 'only what is not there yet is asked about');
  });

  it('says so on the terminal, and gives a line back whose provider does not answer', async () => {
    await using at = await open();
    const { scene, control } = at;
    const [ada] = await control('POST', '/accounts', { count: 1 });
    await control('POST', '/faults', { match: { path: '/v1/userinfo' }, times: 1, fault: { status: 503 } });
    const { access_token, refresh_token } = ada;
    const given = { subject: 'ada', provider: 'cronofy', account_id: ada.sub };
    const file = scene.file([
      { ...given, access_token, refresh_token, expires_at: soon() },
      { ...given, subject: 'ben', account_id: `acc_${'1'.repeat(24)}`, refresh_token: 'a-refresh-token-alone' },
    ]);
    const { code, stdout, stderr } = await scene.run(file, '--verify');
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^line 2: not verified: it has no access token/m);
    assert.equal(stdout, 'Imported: 2. Already there: 0. Refused: 0.\nVerified: 1. Not verified: 1.\n');
  });
});
