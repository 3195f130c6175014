import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { toProblem } from '../../support/service/answer.ts';
import { startAnsweringScene, type AnsweringScene } from '../../support/service/answering-scene.ts';
import { httpAnswer, type RawAnswer } from '../../support/service/answering-server.ts';

const LINKABLE = { authorize_url: '{at}/authorize', account: { url: '{at}/me', id: 'id' } };
const OK = { access_token: 'at-1', refresh_token: 'rt-1', token_type: 'Bearer', expires_in: 3600 };

/** The lines of the log that hold this word, parsed. */
function linesWith({ service }: AnsweringScene, word: string): any[] {
  return service.logs.filter((line) => line.includes(word)).map((line) => JSON.parse(line));
}

describe('the reason of a failed exchange', () => {
  let scene: AnsweringScene;
  before(async () => {
    scene = await startAnsweringScene({ x: {} });
  });
  after(() => scene[Symbol.asyncDispose]());

  const reasons: [name: string, answer: RawAnswer, detail: string][] = [
    [
      'its code',
      httpAnswer({ error: 'odd_refresh_token' }, { status: 400 }),
      '/x/token answers HTTP 400 odd_refresh_token',
    ],
    [
      'its code and description',
      httpAnswer({ error: 'invalid_request', error_description: 'Missing parameter: tenant' }, { status: 400 }),
      '/x/token answers HTTP 400 invalid_request: Missing parameter: tenant',
    ],
    [
      'its number',
      httpAnswer({ code: 20026, msg: 'no such app' }, { status: 400 }),
      '/x/token answers HTTP 400 20026: no such app',
    ],
    [
      'where a redirect points',
      httpAnswer('', { status: 308, headers: { location: '/x/token/?secret=1' } }),
      '/x/token answers HTTP 308 to {origin}/x/token/',
    ],
    ['the status alone', httpAnswer('<html>', { status: 502 }), '/x/token answers HTTP 502'],
  ];
  reasons.forEach(([name, answer, detail], index) => {
    it(`is in the log and the database: ${name}`, async () => {
      const subject = `reason-${index}`;
      toProblem(await scene.refreshed(subject, [answer]), 500, 'upstream_unavailable');
      const expected = detail.replace('{origin}', scene.server.origin);
      const [line] = linesWith(scene, `"subject":"${subject}"`);
      assert.equal(line.detail, expected);
      const rows = scene.service.rows('select detail from exchanges');
      assert.ok(rows.some((row) => row.detail === expected));
      const asked = scene.server.requests.filter(({ fields }) => fields['refresh_token'] === `rt-${subject}`);
      assert.equal(asked.length, 1, 'one call');
    });
  });

  it('is in the event that says that its user must connect again', async () => {
    const body = { error: 'invalid_grant', error_description: 'Token has been revoked by the user' };
    toProblem(await scene.refreshed('lost', [httpAnswer(body, { status: 403 })]), 409, 'reconnect_required');
    const detail = '/x/token answers HTTP 403 invalid_grant: Token has been revoked by the user';
    const [row] = scene.service.rows("select detail from events where type = 'grant.reconnect_required'");
    assert.equal(row.detail, detail);
    const [line] = linesWith(scene, 'grant.reconnect_required').filter(({ msg }) => msg === 'event');
    assert.equal(line.detail, detail);
  });

  it('is not told to callers', async () => {
    const answer = await scene.refreshed('told', [httpAnswer({ error: 'peculiar_word' }, { status: 400 })]);
    assert.doesNotMatch(answer.text, /peculiar_word/);
  });
});

describe('the reason of a link that fails', () => {
  let scene: AnsweringScene;
  before(async () => {
    scene = await startAnsweringScene({ x: LINKABLE });
    scene.server.answer('/x/me', httpAnswer({ id: 1 }));
  });
  after(() => scene[Symbol.asyncDispose]());

  it('is in the log where the code is refused', async () => {
    const body = { error: 'invalid_request', error_description: 'redirect_uri does not match' };
    toProblem(await scene.linked('refused', [httpAnswer(body, { status: 400 })]), 400, 'link_failed');
    const [line] = linesWith(scene, 'invalid_request');
    assert.equal(line.level, 50);
    assert.equal(line.err.message, '/x/token answers HTTP 400 invalid_request: redirect_uri does not match');
  });

  it('is in the log where the account is not shown', async () => {
    scene.server.answer('/x/me', httpAnswer({ error: 'insufficient_scope' }, { status: 403 }), httpAnswer({ id: 1 }));
    toProblem(await scene.linked('hidden', [httpAnswer(OK)]), 400, 'link_failed');
    const [line] = linesWith(scene, '/me answers HTTP 403');
    assert.match(line.err.message, /\/x\/me answers HTTP 403 insufficient_scope$/);
  });

  it('is in the log where the account cannot be read yet', async () => {
    scene.server.answer('/x/me', httpAnswer('', { status: 502 }), httpAnswer({ id: 1 }));
    toProblem(await scene.linked('later', [httpAnswer(OK)]), 500, 'upstream_unavailable');
    assert.ok(linesWith(scene, '/me answers HTTP 502').length > 0);
  });
});
