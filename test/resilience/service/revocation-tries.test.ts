import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAnsweringScene, type AnsweringScene } from '../../support/service/answering-scene.ts';
import { httpAnswer } from '../../support/service/answering-server.ts';
import { effort, NOT_IN_SMOKE } from '../../support/effort.ts';

const LINKABLE = {
  authorize_url: '{at}/authorize',
  revoke_url: '{at}/revoke',
  account: { url: '{at}/me', id: 'id' },
};
const OK = { access_token: 'at-1', refresh_token: 'rt-1', token_type: 'Bearer', expires_in: 3600 };

/** A linked account whose user leaves; the provider answers the revocation with this. */
async function leaving(answer: Buffer, definition: object = LINKABLE): Promise<AnsweringScene> {
  const scene = await startAnsweringScene({ x: definition });
  scene.server.answer('/x/me', httpAnswer({ id: 1, sub: '1' }));
  scene.server.answer('/x/revoke', answer);
  assert.equal((await scene.linked('alice', [httpAnswer(OK)])).status, 200);
  assert.equal((await scene.as('alice', 'DELETE', 'x/')).status, 204);
  return scene;
}

async function erased(scene: AnsweringScene, patienceMs: number): Promise<void> {
  const giveUpAt = Date.now() + patienceMs;
  while (scene.service.rows('select id from grants').length > 0) {
    assert.ok(Date.now() < giveUpAt, 'it is erased in the end');
    await sleep(100);
  }
}

function asked({ server }: AnsweringScene): number {
  return server.requests.filter(({ url }) => url.pathname === '/x/revoke').length;
}

const unrevoked = (scene: AnsweringScene) =>
  scene.service.rows("select detail, subjects from events where type = 'grant.unrevoked'");

describe('a revocation', { concurrency: 6 }, () => {
  const DONE: [name: string, answer: Buffer, definition?: object][] = [
    ['an empty 200', httpAnswer('')],
    [
      "Google's 400",
      httpAnswer({ error: 'invalid_token', error_description: 'Token expired or revoked' }, { status: 400 }),
      { ...LINKABLE, preset: 'google' },
    ],
    ['a 404 that knows no such token', httpAnswer({ error: 'invalid_token' }, { status: 404 })],
    ['a 410 that knows no such token', httpAnswer({ error: { code: 'token_not_found' } }, { status: 410 })],
    ['a dead grant', httpAnswer({ error: 'invalid_grant' }, { status: 400 })],
    ["Slack's 200", httpAnswer({ ok: false, error: 'token_revoked' })],
  ];
  for (const [name, answer, definition] of DONE) {
    it(`is done after ${name}`, async () => {
      await using scene = await leaving(answer, definition);
      await erased(scene, 30_000);
      assert.equal(asked(scene), 1);
      assert.deepEqual(unrevoked(scene), []);
    });
  }

  it('that is refused ends after three tries, with erasure, an event and a log', { skip: NOT_IN_SMOKE }, async () => {
    await using scene = await leaving(httpAnswer({ error: 'unsupported_token_type' }, { status: 400 }));
    await erased(scene, 120_000);
    assert.equal(asked(scene), 3);
    const detail = '/x/revoke answers HTTP 400 unsupported_token_type';
    assert.deepEqual(
      unrevoked(scene).map((row) => ({ ...row })),
      [{ detail, subjects: '[]' }],
    );
    const tries = scene.service.logs.filter((line) => line.includes('was not revoked, try'));
    assert.deepEqual(
      tries.map((line) => /try \d of \d/.exec(line)?.[0]),
      ['try 1 of 3', 'try 2 of 3', 'try 3 of 3'],
    );
    assert.ok(tries.every((line) => line.includes(detail)));
    assert.match(tries[2] ?? '', /may live on there/);
  });

  for (const [name, answer] of [
    ['a refusal', httpAnswer({ error: 'odd' }, { status: 400 })],
    ['a 404 of a wrong URL', httpAnswer('<html>', { status: 404 })],
    ['a 200 that says no', httpAnswer({ ok: false, error: 'not_allowed' })],
    ['a busy server that says when', httpAnswer('', { status: 503, headers: { 'retry-after': '600' } })],
  ] as const) {
    it(`is asked for again at leisure after ${name}`, async () => {
      await using scene = await leaving(answer);
      await sleep(effort({ smoke: 9_000, proofs: 20_000, long: 45_000 }));
      assert.ok(asked(scene) >= 1 && asked(scene) <= 3, `${asked(scene)} times`);
      assert.deepEqual(unrevoked(scene), [], 'it has not given up yet');
      const [row] = scene.service.rows("select detail from exchanges where kind = 'revoke' order by id desc");
      assert.match(row.detail, /^\/x\/revoke answers HTTP \d{3}/);
    });
  }
});
