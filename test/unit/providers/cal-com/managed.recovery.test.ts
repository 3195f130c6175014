import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExchangeResult, KnownAccount } from '../../../../src/providers/provider.ts';
import { exception, SAY_NOTHING, TOKENS, USER, USER_UNKNOWN } from '../../../support/servers/cal-com-replies.ts';
import type { Script } from '../../../support/servers/scripted-server.ts';
import { CLIENT_ID, proofsOf, refusal, scriptedCalCom, success } from '../../../support/servers/scripted-cal-com.ts';

const CLIENT_PATH = encodeURIComponent(CLIENT_ID);
const ACCOUNT: KnownAccount = { accountId: '179', subject: 'alice', createdAt: USER.createdDate };
const OWN_USER = success({ ...USER, metadata: { evergrant_subject: proofsOf('alice')[0] } });

/** The answer, and what was asked for it. */
async function recovery(
  account: KnownAccount,
  ...replies: Script[]
): Promise<{ answer: ExchangeResult; asked: string[] }> {
  await using calCom = await scriptedCalCom(...replies);
  const answer = await calCom.provider.recover(account);
  return { answer, asked: calCom.requests.map(({ method }) => method) };
}

describe('a recovery at Cal.com', () => {
  it('looks at the user, and then force-refreshes by the path alone', async () => {
    await using calCom = await scriptedCalCom(OWN_USER, success(TOKENS));
    const answer = await calCom.provider.recover(ACCOUNT);
    assert.equal(answer.kind, 'obtained');
    const [look, request] = calCom.requests;
    assert.ok(look !== undefined && request !== undefined);
    assert.equal(`${look.method} ${look.path}`, `GET /v2/oauth-clients/${CLIENT_PATH}/users/179`);
    assert.equal(`${request.method} ${request.path}`, `POST /v2/oauth-clients/${CLIENT_PATH}/users/179/force-refresh`);
    assert.equal(request.body, '');
    assert.equal(request.headers['content-type'], undefined);
  });

  const verdicts: [name: string, reply: Script, kind: ExchangeResult['kind']][] = [
    ['a user the client does not have', USER_UNKNOWN, 'account_gone'],
    ["a user's text in a status of another meaning", { ...USER_UNKNOWN, status: 400 }, 'client_refused'],
    ['the loser of a race', refusal(404, 'NOT_FOUND', 'Invalid Query: The requested record was not found.'), 'unknown'],
    [
      'an id that is no number',
      exception(400, 'BadRequestException', 'Validation failed (numeric string is expected)', 'Bad Request'),
      'unknown',
    ],
    [
      'a route that is gone',
      exception(404, 'NotFoundException', 'Cannot POST /v2/oauth-clients/cid/users/179/force-refresh', 'Not Found'),
      'unknown',
    ],
    [
      'a clash in the database',
      refusal(409, 'CONFLICT', 'Invalid Input: Trying to create a record that already exists.'),
      'unknown',
    ],
  ];
  for (const [name, reply, kind] of verdicts) {
    it(`is ${kind} for ${name}`, async () => {
      const { answer, asked } = await recovery(ACCOUNT, OWN_USER, reply);
      assert.equal(answer.kind, kind);
      assert.deepEqual(asked, ['GET', 'POST']);
    });
  }
});

describe('the look at the user before a recovery', () => {
  const same: [name: string, account: KnownAccount, user: object][] = [
    ['the proof', { ...ACCOUNT, createdAt: null }, { metadata: { evergrant_subject: proofsOf('alice')[0] } }],
    ['an older proof', { ...ACCOUNT, createdAt: null }, { metadata: { evergrant_subject: proofsOf('alice')[1] } }],
    ['the moment of creation', ACCOUNT, { metadata: null }],
    ["the operator's word", { ...ACCOUNT, createdAt: null, vouched: true }, { metadata: null }],
  ];
  for (const [name, account, user] of same) {
    it(`knows the user by ${name}`, async () => {
      const { answer } = await recovery(account, success({ ...USER, ...user }), success(TOKENS));
      assert.equal(answer.kind, 'obtained');
    });
  }

  const others: [name: string, account: KnownAccount, user: object][] = [
    ["another subject's proof", ACCOUNT, { createdDate: 'later', metadata: { evergrant_subject: proofsOf('bob')[0] } }],
    ['neither proof nor moment', ACCOUNT, { createdDate: 'later' }],
    ['no moment, where none was known', { ...ACCOUNT, createdAt: null }, { createdDate: null }],
    ['no word of the operator', { ...ACCOUNT, createdAt: null, vouched: false }, { metadata: null }],
    ['another id, whoever vouches for this one', { ...ACCOUNT, vouched: true }, { id: 180, metadata: null }],
    ['another id', ACCOUNT, { id: 180, metadata: { evergrant_subject: proofsOf('alice')[0] } }],
  ];
  for (const [name, account, user] of others) {
    it(`takes the user for another by ${name}, and asks for no token`, async () => {
      const { answer, asked } = await recovery(account, success({ ...USER, ...user }));
      assert.equal(answer.kind, 'account_gone');
      assert.deepEqual(asked, ['GET']);
    });
  }

  it('finds that the account is gone', async () => {
    const { answer, asked } = await recovery(ACCOUNT, USER_UNKNOWN);
    assert.equal(answer.kind, 'account_gone');
    assert.deepEqual(asked, ['GET']);
  });

  for (const [name, reply] of [...SAY_NOTHING, ['a reset', 'reset'] as const]) {
    it(`that gets ${name} ends nothing, and no token is asked for`, async () => {
      const { answer, asked } = await recovery(ACCOUNT, reply);
      assert.ok(answer.kind === 'unknown' || answer.kind === 'not_sent', answer.kind);
      assert.deepEqual(asked, ['GET']);
    });
  }
});
