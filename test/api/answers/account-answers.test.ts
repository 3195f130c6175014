import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { httpAnswer, type RawAnswer } from '../../support/service/answering-server.ts';
import { startAnsweringScene, type AnsweringScene } from '../../support/service/answering-scene.ts';

const OK = { access_token: 'at-1', refresh_token: 'rt-1', token_type: 'Bearer', expires_in: 3600 };

const picky: RawAnswer = ({ headers }) =>
  /^evergrant/.test(String(headers['user-agent'])) ? httpAnswer({ id: 'picky' }) : httpAnswer('', { status: 403 });

/** What an account's page answers, and the id under which the account must be linked. */
const ACCOUNTS: readonly [name: string, answer: RawAnswer, id: string][] = [
  ['an id beyond 2^53', httpAnswer('{"id": 9007199254740993}'), '9007199254740993'],
  ['the next id beyond 2^53', httpAnswer('{"id":9007199254740992,"n":1e400}'), '9007199254740992'],
  ['an id of 30 digits', httpAnswer(`{"id":${'1234567890'.repeat(3)}}`), '1234567890'.repeat(3)],
  ['a small id', httpAnswer('{"id":7}'), '7'],
  ['an id as text', httpAnswer('{"id":"9007199254740995"}'), '9007199254740995'],
  ['a member of 100,000 characters', httpAnswer({ id: 'long', bio: 'x'.repeat(100_000) }), 'long'],
  ['a name of 100,000 characters', httpAnswer({ id: 'longer', name: 'x'.repeat(100_000) }), 'longer'],
  ['a picture of 900,000 characters', httpAnswer({ id: 'picture', image: 'x'.repeat(900_000) }), 'picture'],
  ['a byte order mark', httpAnswer('\ufeff{"id":"marked"}'), 'marked'],
  ['gzip', httpAnswer(gzipSync('{"id":"zipped"}'), { headers: { 'content-encoding': 'gzip' } }), 'zipped'],
  ['nothing to a call without a User-Agent', picky, 'picky'],
];

describe('an account whose page answers', () => {
  let scene: AnsweringScene;
  before(async () => {
    const account = { url: '{at}/me', id: 'id', name: 'name' };
    scene = await startAnsweringScene({ x: { authorize_url: '{at}/authorize', account } });
  });
  after(() => scene[Symbol.asyncDispose]());

  for (const [name, answer, id] of ACCOUNTS) {
    it(`${name} is linked under its id`, async () => {
      scene.server.answer('/x/me', answer);
      const { status, json, text } = await scene.linked(name, [httpAnswer({ ...OK, access_token: `at of ${name}` })]);
      assert.equal(status, 200, text);
      assert.equal(json.account.id, id, text);
    });
  }
});
