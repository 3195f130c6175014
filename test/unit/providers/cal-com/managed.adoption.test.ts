import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExchangeResult } from '../../../../src/providers/provider.ts';
import { exception, taken, USER, USER_UNKNOWN } from '../../../support/servers/cal-com-replies.ts';
import type { Script } from '../../../support/servers/scripted-server.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  proofsOf,
  scriptedCalCom,
  success,
  type ScriptedCalCom,
} from '../../../support/servers/scripted-cal-com.ts';

const CLIENT_PATH = encodeURIComponent(CLIENT_ID);

function provision(provider: ScriptedCalCom['provider']): Promise<ExchangeResult> {
  return provider.provision({ subject: 'alice', email: 'alice@example.com', name: 'Alice', timeZone: 'Europe/Rome' });
}

async function answerTo(...replies: Script[]): Promise<ExchangeResult> {
  await using calCom = await scriptedCalCom(...replies);
  return await provision(calCom.provider);
}

describe('the adoption of a user whose e-mail is taken', () => {
  const withProof = (proof: unknown, id: unknown = 179) =>
    success({ ...USER, id, metadata: { evergrant_subject: proof } });

  for (const proof of proofsOf('alice')) {
    it(`happens on ${proof}`, async () => {
      await using calCom = await scriptedCalCom(taken('179'), withProof(proof));
      const answer = await provision(calCom.provider);
      assert.ok(answer.kind === 'account_exists');
      assert.equal(answer.accountId, '179');
      assert.equal(answer.profile.username, USER.username);
      const { method, path, headers } = calCom.requests[1]!;
      assert.equal(`${method} ${path}`, `GET /v2/oauth-clients/${CLIENT_PATH}/users/179`);
      assert.equal(headers['x-cal-client-id'], CLIENT_ID);
      assert.equal(headers['x-cal-secret-key'], CLIENT_SECRET);
      assert.equal(calCom.requests.length, 2);
    });
  }

  const refused: [name: string, user: object][] = [
    ["another's proof", { metadata: { evergrant_subject: proofsOf('mallory')[0] } }],
    ['an empty proof', { metadata: { evergrant_subject: '' } }],
    ['a proof that is no text', { metadata: { evergrant_subject: true } }],
    ['all proofs in a list', { metadata: { evergrant_subject: proofsOf('alice') } }],
    ['the proof under another key', { metadata: { subject: proofsOf('alice')[0] } }],
    ['the proof outside the metadata', { evergrant_subject: proofsOf('alice')[0] }],
    ['empty metadata', { metadata: {} }],
    ['null for metadata', { metadata: null }],
    ['a text for metadata', { metadata: proofsOf('alice')[0] }],
    ['no metadata', {}],
  ];
  for (const [name, user] of refused) {
    it(`is refused for ${name}`, async () => {
      assert.equal((await answerTo(taken('179'), success({ ...USER, ...user }))).kind, 'account_taken');
    });
  }

  const inconclusive: [name: string, reply: Script, kind: ExchangeResult['kind']][] = [
    ["another user's record", withProof(proofsOf('alice')[0], 180), 'unknown'],
    ['no user', success({}), 'unknown'],
    ['a user that is gone again', USER_UNKNOWN, 'unknown'],
    ['an HTML 404', { status: 404, body: '<html>' }, 'unknown'],
    ['a 500', { status: 500 }, 'unknown'],
    ['a reset', 'reset', 'unknown'],
    ['a 429', { status: 429 }, 'throttled'],
    ['a 401', exception(401, 'UnauthorizedException', 'Unauthorized', 'Unauthorized'), 'client_refused'],
  ];
  for (const [name, reply, kind] of inconclusive) {
    it(`is undecided (${kind}) where the user's record gives ${name}`, async () => {
      assert.equal((await answerTo(taken('179'), reply)).kind, kind);
    });
  }
});
