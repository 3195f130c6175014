import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { jwt } from '../../support/service/credentials.ts';
import { toProblem, tokenOf, type Answer } from '../../support/service/answer.ts';
import { TOKEN_PATH, USER_PATH } from '../../support/service/start-service.ts';
import { evergrant } from '../../support/start-command.ts';
import { startLinkScene, type LinkScene } from '../../support/linking/link-scene.ts';

const USERINFO = { method: 'GET', path: '/v1/userinfo' };
const FRONTEND = { origin: 'https://app.example.com', permissions: ['agenda'] };

interface Consent {
  readonly sub: string;
  readonly access_token: string;
  readonly refresh_token: string;
}

/** Consents that another program obtained. */
async function consents(scene: LinkScene, count: number): Promise<Consent[]> {
  return scene.control('POST', '/accounts', { count });
}

function line(subject: string, { access_token, refresh_token }: Consent, more: object = {}) {
  const expires_at = new Date(Date.now() + 3_600_000).toISOString();
  return { subject, provider: 'cronofy', access_token, refresh_token, expires_at, ...more };
}

async function importLines(scene: LinkScene, ...lines: object[]) {
  const cwd = dirname(scene.service.databasePath);
  writeFileSync(join(cwd, 'tokens.jsonl'), lines.map((each) => `${JSON.stringify(each)}\n`).join(''), { mode: 0o600 });
  const { stdout, stderr } = await evergrant(['import', 'tokens.jsonl', '--json'], { cwd, env: scene.service.env });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout);
}

const ask = (scene: LinkScene, subject: string, body: object = {}): Promise<Answer> =>
  scene.as(subject, 'POST', 'cronofy/token/', body);

async function asked(scene: LinkScene, { path }: { path: string }): Promise<number> {
  const journal: any[] = await scene.control('GET', '/journal');
  return journal.filter((call) => call.path === path).length;
}

const eventsOf = (scene: LinkScene) =>
  scene.service.rows('select type, reason from events order by id').map(({ type, reason }) => [type, reason]);

describe('an imported account', { concurrency: 2 }, () => {
  it('is confirmed by the provider once, before the first token is served', async () => {
    await using scene = await startLinkScene();
    const [ada] = await consents(scene, 1);
    assert.equal((await importLines(scene, line('ada', ada!, { account_id: ada!.sub }))).imported, 1);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(scene, 'ada')));
    assert.deepEqual(new Set(answers.map((answer) => tokenOf(answer).access_token)), new Set([ada!.access_token]));
    assert.equal(await asked(scene, USERINFO), 1);
    tokenOf(await ask(scene, 'ada', { force_refresh: true }));
    assert.equal(await asked(scene, USERINFO), 1, 'an account that is confirmed is not asked about again');
    tokenOf(await ask(scene, 'ada', { frontend: FRONTEND }));
  });

  it('of whose tokens another account is the owner is never served, and is told once', async () => {
    await using scene = await startLinkScene();
    const [ada, ben] = await consents(scene, 2);
    await importLines(scene, line('w', ada!, { account_id: ben!.sub }), line('ben', ben!));
    const refused = toProblem(await ask(scene, 'w'), 409, 'reconnect_required');
    assert.match(refused.detail, /tokens that were imported for this user are of another account/);
    for (const body of [{}, { force_refresh: true }, { frontend: FRONTEND }]) {
      toProblem(await ask(scene, 'w', body), 409, 'reconnect_required');
    }
    assert.deepEqual(eventsOf(scene).slice(2), [['grant.reconnect_required', 'account_mismatch']]);
    assert.deepEqual(await asked(scene, { path: '/v1/element_tokens' }), 0);
    const { json } = await scene.as('w', 'GET', 'cronofy/');
    assert.equal(json.status, 'reconnect_required');
    const log = scene.service.logs.join('\n');
    assert.match(log, new RegExp(`imported as account ${ben!.sub} of cronofy, but its tokens are of ${ada!.sub}`));
    for (const token of [ada!.access_token, ada!.refresh_token]) assert.ok(!log.includes(token));
    assert.equal(tokenOf(await ask(scene, 'ben')).access_token, ben!.access_token);
  });

  it('that was named wrongly is put right by the right line, or by the user', async () => {
    await using scene = await startLinkScene();
    const [ada, ben, cid] = await consents(scene, 3);
    const wrong = { account_id: ben!.sub };
    await importLines(scene, line('w', ada!, wrong), line('v', cid!, { account_id: `acc_${'1'.repeat(24)}` }));
    for (const subject of ['w', 'v']) toProblem(await ask(scene, subject), 409, 'reconnect_required');
    const again = await importLines(scene, line('w', ada!, { account_id: ada!.sub }));
    assert.equal(again.imported, 1, JSON.stringify(again));
    assert.equal(tokenOf(await ask(scene, 'w')).access_token, ada!.access_token);
    const linked = await scene.link('v');
    assert.equal(linked.status, 200, linked.text);
    tokenOf(await ask(scene, 'v'));
  });

  it('is checked after a refresh where its access token is over or refused', async () => {
    await using scene = await startLinkScene();
    const [ada, ben, cid] = await consents(scene, 3);
    await importLines(
      scene,
      line('over', ada!, { account_id: ben!.sub, expires_at: '2026-01-01T00:00:00Z' }),
      line('unsaid', ben!, { account_id: `acc_${'2'.repeat(24)}`, expires_at: null }),
      line('fine', cid!, { account_id: cid!.sub, access_token: null }),
    );
    for (const subject of ['over', 'unsaid']) toProblem(await ask(scene, subject), 409, 'reconnect_required');
    tokenOf(await ask(scene, 'fine'));
    const [dea] = await consents(scene, 1);
    await importLines(scene, line('dea', { ...dea!, access_token: 'not-one-of-cronofy' }, { account_id: dea!.sub }));
    assert.notEqual(tokenOf(await ask(scene, 'dea')).access_token, 'not-one-of-cronofy');
  });

  it('waits for a provider that does not say whose it is', async () => {
    await using scene = await startLinkScene();
    const [ada] = await consents(scene, 1);
    await importLines(scene, line('ada', ada!, { account_id: ada!.sub }));
    await scene.control('POST', '/faults', { match: USERINFO, times: null, fault: { status: 503 } });
    const problem = toProblem(await ask(scene, 'ada'), 500, 'upstream_unavailable');
    assert.match(problem.detail, /not handed out/);
    assert.deepEqual(eventsOf(scene), [['grant.created', null]]);
    await scene.control('DELETE', '/faults');
    assert.equal(tokenOf(await ask(scene, 'ada')).access_token, ada!.access_token);
  });

  it('is asked about again when other tokens are imported for it', async () => {
    await using scene = await startLinkScene();
    const [ada, ben] = await consents(scene, 2);
    await importLines(scene, line('ben', ben!, { account_id: ben!.sub }));
    tokenOf(await ask(scene, 'ben'));
    await importLines(scene, line('ben', ada!, { account_id: ben!.sub }));
    toProblem(await ask(scene, 'ben'), 409, 'reconnect_required');
    assert.equal(tokenOf(await ask(scene, 'ben')).access_token, ben!.access_token, 'what was right is left');
  });
});

describe('a managed user that a former version imported under another one’s id', () => {
  it('is neither served, shown nor repaired as that one', async () => {
    await using scene = await startLinkScene();
    const create = async (name: string) => {
      const body = { email: `${name}@example.com`, name };
      const { json } = await scene.service.sandbox.asClient('POST', '/v2/oauth-clients/sandbox-cal-client/users', body);
      return json.data;
    };
    const [ada, ben] = [await create('ada'), await create('ben')];
    const { user, ...tokens } = ada;
    await importLines(scene, { subject: 'w', provider: 'cal-com-managed', account_id: user.id, ...tokens });
    using database = new DatabaseSync(scene.service.databasePath);
    database.exec(`update grants set account_id = '${ben.user.id}'; update exchanges set detail = 'of that line'`);
    const as = (method: string, path: string, body?: object) =>
      scene.service.call(method, path, { bearer: jwt('w'), ...(body === undefined ? {} : { body }) });
    const shown = await as('GET', USER_PATH);
    assert.equal(shown.status, 409, shown.text);
    for (const body of [{}, { force_refresh: true }, { rejected_access_token: ada.accessToken }]) {
      const answer = await as('POST', TOKEN_PATH, { cal_email: 'w@example.com', ...body });
      toProblem(answer, 409, 'reconnect_required');
    }
    assert.equal(await scene.service.sandbox.count('force-refresh'), 0);
    const again = { subject: 'w', provider: 'cal-com-managed', account_id: user.id, ...tokens };
    assert.equal((await importLines(scene, again)).imported, 1);
    assert.equal(tokenOf(await as('POST', TOKEN_PATH, {})).access_token, ada.accessToken);
    assert.match((await as('GET', USER_PATH)).json.email, /^ada\+/);
  });
});
