import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { toProblem, tokenOf } from '../../support/service/answer.ts';
import { startAnsweringScene, type AnsweringScene } from '../../support/service/answering-scene.ts';
import { httpAnswer } from '../../support/service/answering-server.ts';

interface Case {
  readonly name: string;
  readonly status: number;
  readonly body: unknown;
  /** Default: `plain`, which says nothing of refusals. */
  readonly provider?: string;
}

const DEFINITIONS = {
  plain: {},
  numbers: { dead_grant: [{ status: 400, error: '20026', at: 'code' }] },
  digits: { dead_grant: [{ status: 400, error: 20026, at: 'code' }] },
  successes: { dead_grant: [{ status: 200, error: 'token_is_dead' }] },
  bare: { dead_grant: [{ status: 410 }] },
  lists: { dead_grant: [{ status: 422, error: 'gone', at: 'errors[].code' }] },
  first: { dead_grant: [{ status: 422, error: 'gone', at: 'errors.0.code' }] },
  microsoft: { preset: 'microsoft' },
};

const DEAD: readonly Case[] = [
  ...[200, 201, 400, 401, 402, 403, 404, 409, 410, 422, 499].map((status) => ({
    name: `invalid_grant with ${status}`,
    status,
    body: { error: 'invalid_grant' },
  })),
  { name: 'invalid_grant in an envelope', status: 403, body: { error: { code: 'invalid_grant', message: 'no' } } },
  { name: 'invalid_grant with white space around', status: 400, body: { error: ' invalid_grant\n' } },
  { name: 'invalid_grant in a form', status: 400, body: 'error=invalid_grant&error_description=It+has+ended.' },
  { name: "GitHub's word in a form", status: 200, body: 'error=bad_refresh_token&error_description=It+is+incorrect.' },
  { name: 'a word in a form', status: 200, body: 'a=1&error=token_is_dead\r\n', provider: 'successes' },
  { name: 'invalid_grant as errorCode', status: 400, body: { errorCode: 'invalid_grant' } },
  { name: "GitHub's word", status: 200, body: { error: 'bad_refresh_token' } },
  { name: "Slack's word", status: 200, body: { ok: false, error: 'invalid_refresh_token' } },
  { name: "Slack's other word", status: 200, body: { ok: false, error: 'token_revoked' } },
  { name: "Facebook's number", status: 400, body: { error: { type: 'OAuthException', code: 190, message: 'Ended.' } } },
  { name: 'a number by a text', status: 400, body: { code: 20026, msg: 'no' }, provider: 'numbers' },
  { name: 'a text by a number', status: 400, body: { code: '20026', msg: 'no' }, provider: 'digits' },
  { name: 'a number by a number', status: 400, body: { code: 20026, msg: 'no' }, provider: 'digits' },
  { name: 'a word in a success', status: 200, body: { error: 'token_is_dead' }, provider: 'successes' },
  { name: 'the status alone', status: 410, body: 'gone', provider: 'bare' },
  {
    name: 'any element of a list',
    status: 422,
    body: { errors: [{ code: 'x' }, { code: 'gone' }] },
    provider: 'lists',
  },
  { name: 'the first of a list', status: 422, body: { errors: [{ code: 'gone' }, { code: 'x' }] }, provider: 'first' },
  ...['interaction_required', 'consent_required', 'login_required', 'bad_token'].map((error) => ({
    name: `Microsoft's ${error}`,
    status: 400,
    body: { error, suberror: 'basic_action' },
    provider: 'microsoft',
  })),
];

const ALIVE: readonly Case[] = [
  { name: 'a word that nobody knows', status: 400, body: { error: 'token_is_dead' } },
  { name: 'such a word in a form', status: 400, body: 'error=token_is_dead' },
  { name: 'a word of a form about a word', status: 400, body: 'error_description=invalid_grant&error=invalid_request' },
  { name: 'another status', status: 400, body: { error: 'token_is_dead' }, provider: 'successes' },
  { name: 'another number', status: 400, body: { code: 20027 }, provider: 'numbers' },
  { name: 'another place', status: 400, body: { error: 20026 }, provider: 'numbers' },
  { name: 'another element', status: 422, body: { errors: [{ code: 'x' }, { code: 'gone' }] }, provider: 'first' },
  { name: 'another status alone', status: 404, body: 'nothing here', provider: 'bare' },
  { name: 'a 404 of an outage', status: 404, body: '<html>not found</html>' },
  { name: 'a 410 of a wrong URL', status: 410, body: '' },
  { name: 'invalid_grant in trouble', status: 503, body: { error: 'invalid_grant' } },
  { name: 'a word about a word', status: 400, body: { error: 'invalid_request', error_description: 'invalid_grant' } },
  { name: "Zoho's word elsewhere", status: 200, body: { error: 'invalid_code' } },
  { name: "Facebook's limit", status: 400, body: { error: { type: 'OAuthException', code: 4 } } },
];

const OK = { access_token: 'at-1', refresh_token: 'rt-1', token_type: 'Bearer', expires_in: 3600 };

describe('a refresh token', { concurrency: 8 }, () => {
  let scene: AnsweringScene;
  before(async () => {
    const definitions = Object.entries(DEFINITIONS).map(([name, definition]) => [
      name,
      { ...definition, token_url: '{at}/token' },
    ]);
    scene = await startAnsweringScene(Object.fromEntries(definitions));
  });
  after(() => scene[Symbol.asyncDispose]());

  DEAD.forEach(({ name, status, body, provider = 'plain' }, index) => {
    it(`is dead by ${name}, and its user is told to connect again`, async () => {
      const answer = await scene.refreshed(`dead-${index}`, [httpAnswer(body, { status })], provider);
      toProblem(answer, 409, 'reconnect_required');
      const asked = scene.server.requests.filter(({ fields }) => fields['refresh_token'] === `rt-dead-${index}`);
      assert.equal(asked.length, 1);
    });
  });

  ALIVE.forEach(({ name, status, body, provider = 'plain' }, index) => {
    it(`lives on after ${name}`, async () => {
      const answers = [httpAnswer(body, { status }), httpAnswer(OK)];
      const first = await scene.refreshed(`alive-${index}`, answers, provider);
      toProblem(first, 500, 'upstream_unavailable');
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      assert.equal(tokenOf(await scene.token(`alive-${index}`, {}, provider)).access_token, 'at-1');
    });
  });
});
