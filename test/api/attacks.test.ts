import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toProblem, tokenOf } from '../support/service/answer.ts';
import { jwt } from '../support/service/credentials.ts';
import { CLIENT_ID, startSandbox } from '../support/service/start-sandbox.ts';
import { ATOMS_PATH, startService, TOKEN_PATH, USER_PATH, type Service } from '../support/service/start-service.ts';

const ALICE = 'alice@example.com';
const BOB = 'bob@example.com';

/** The e-mail that Cal.com has for whoever this token belongs to, without the client id in it. */
async function ownerOf(service: Service, accessToken: string): Promise<string> {
  const { status, json } = await service.sandbox.me(accessToken);
  assert.equal(status, 200);
  return String(json.data.email).replace(`+${CLIENT_ID}`, '');
}

/** What a user might send to become another. Each is either refused or without effect. */
const BODIES: object[] = [
  { user_id: 'bob' },
  { subject: 'bob' },
  { sub: 'bob' },
  { cal_user_id: 1001 },
  { accountId: '1001', account_id: 1001 },
  { email: BOB },
  { 'Evergrant-Subject': 'bob' },
  { provider: 'cal-com-managed', grant_id: '1' },
  { __proto__: null, constructor: { subject: 'bob' } },
];
const HEADERS: Record<string, string>[] = [
  { 'X-User-Id': 'bob' },
  { 'X-Subject': 'bob' },
  { 'X-Forwarded-User': 'bob' },
  { 'X-Forwarded-Email': BOB },
  { 'X-Remote-User': 'bob' },
  { 'X-Original-URL': USER_PATH },
  { 'X-HTTP-Method-Override': 'GET' },
  { Cookie: 'session=bob; subject=bob' },
  { Host: 'bob.example.com' },
  { Forwarded: 'for=bob' },
];
const QUERIES = ['?user_id=bob', '?subject=bob', '?cal_email=bob%40example.com', '?Evergrant-Subject=bob', '#bob'];

describe('a user', () => {
  it('gets no token and no account of another by any field, header or query', async () => {
    await using service = await startService();
    const bob = tokenOf(await service.token(jwt('bob'))).access_token;
    const alice = tokenOf(await service.token(jwt('alice'))).access_token;
    const calls = [
      ...BODIES.map((body) => service.token(jwt('alice'), body)),
      ...BODIES.map((body) => service.token(jwt('alice'), { ...body, force_refresh: true })),
      ...HEADERS.map((headers) => service.token(jwt('alice'), {}, headers)),
      ...QUERIES.map((query) => service.call('POST', TOKEN_PATH + query, { bearer: jwt('alice') })),
    ];
    for (const answer of await Promise.all(calls)) {
      const { access_token: token } = tokenOf(answer);
      assert.notEqual(token, bob);
      assert.equal(await ownerOf(service, token), ALICE);
    }
    for (const headers of HEADERS) {
      const { json } = await service.call('GET', USER_PATH, { bearer: jwt('alice'), headers });
      assert.equal(json.email, `alice+${CLIENT_ID}@example.com`);
    }
    assert.equal(tokenOf(await service.token(jwt('bob'))).access_token, bob, 'and bob notices nothing');
    assert.notEqual(alice, bob);
  });

  it('with a JWT or a user key may not name another in Evergrant-Subject', async () => {
    await using service = await startService();
    tokenOf(await service.token(jwt('bob')));
    const key = await service.key({ role: 'user', subject: 'alice', email: ALICE });
    for (const bearer of [jwt('alice'), key]) {
      for (const method of ['POST', 'GET'] as const) {
        const path = method === 'POST' ? TOKEN_PATH : USER_PATH;
        const headers = { 'Evergrant-Subject': 'bob' };
        toProblem(await service.call(method, path, { bearer, headers }), 403, 'subject_not_allowed');
      }
    }
    assert.equal((await service.sandbox.users()).length, 1);
  });

  it('gets no account of another by naming its e-mail, before or after it was made', async () => {
    await using service = await startService();
    tokenOf(await service.token(jwt('bob')));
    for (const spelling of [BOB, `bob+${CLIENT_ID}@example.com`]) {
      const answer = await service.token(jwt('alice'), { cal_email: spelling });
      const { errors } = toProblem(answer, 400, 'cal_email_in_use');
      assert.equal(errors[0].field, 'cal_email');
      assert.equal(answer.headers.get('retry-after'), null);
      assert.doesNotMatch(answer.text, /\b10\d\d\b/, 'the id of the other is not told');
    }
    const byClaim = await service.token(jwt('alice', { email: BOB }));
    toProblem(byClaim, 400, 'cal_email_in_use');
    assert.equal((await service.call('GET', USER_PATH, { bearer: jwt('alice') })).status, 404);
    const { access_token: token } = tokenOf(await service.token(jwt('alice'), { cal_email: 'free@example.com' }));
    assert.equal(await ownerOf(service, token), 'free@example.com');
    tokenOf(await service.token(jwt('alice'), { cal_email: BOB, force_refresh: true }));
    assert.equal((await service.sandbox.users()).length, 2);
    assert.equal(await service.sandbox.count('force-refresh'), 0, 'nothing was adopted');
  });

  it('who took the e-mail of another first has an account of its own under it, not the other’s', async () => {
    await using service = await startService();
    const alice = tokenOf(await service.token(jwt('alice'), { cal_email: BOB })).access_token;
    toProblem(await service.token(jwt('bob')), 400, 'cal_email_in_use');
    const bob = tokenOf(await service.token(jwt('bob'), { cal_email: 'bob2@example.com' })).access_token;
    assert.notEqual(alice, bob);
    assert.equal(await ownerOf(service, bob), 'bob2@example.com');
    assert.equal(tokenOf(await service.token(jwt('alice'))).access_token, alice);
  });

  it('gets no account of a stranger’s app, and another e-mail works afterwards', async () => {
    await using service = await startService();
    const before = (await service.sandbox.control('GET', '/state')).accounts;
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => service.token(jwt('alice'), { cal_email: 'taken@example.com' })),
    );
    for (const answer of answers) toProblem(answer, 400, 'cal_email_in_use');
    const state = await service.sandbox.control('GET', '/state');
    assert.deepEqual(state.accounts, before, 'nothing upstream was touched');
    assert.deepEqual(state.tokens, []);
    assert.deepEqual(service.rows('select * from credentials'), []);
    assert.deepEqual(service.rows('select account_id from grants where account_id is not null'), []);
    const { access_token: token } = tokenOf(await service.token(jwt('alice')));
    assert.equal(await ownerOf(service, token), ALICE);
  });

  it('who forges the proof in the metadata of a user does not get that user', async () => {
    await using service = await startService();
    tokenOf(await service.token(jwt('bob')));
    const [bob] = await service.sandbox.users();
    const path = `/v2/oauth-clients/${CLIENT_ID}/users/${bob.id}`;
    for (const proof of ['alice', 'bob', '', bob.metadata.evergrant_subject.toLowerCase(), true, null]) {
      const { status } = await service.sandbox.asClient('PATCH', path, { metadata: { evergrant_subject: proof } });
      if (status !== 200) continue;
      toProblem(await service.token(jwt('alice'), { cal_email: BOB }), 400, 'cal_email_in_use');
    }
    assert.equal(await service.sandbox.count('force-refresh'), 0);
  });

  it('cannot have another’s token ended by reporting it as rejected', async () => {
    await using service = await startService();
    const bob = tokenOf(await service.token(jwt('bob'))).access_token;
    const alice = tokenOf(await service.token(jwt('alice'))).access_token;
    const answer = tokenOf(await service.token(jwt('alice'), { rejected_access_token: bob }));
    assert.equal(answer.access_token, alice);
    assert.equal(tokenOf(await service.token(jwt('bob'))).access_token, bob);
    assert.equal(await service.sandbox.count('refresh'), 0);
  });

  it('whose subject resembles another’s is another', async () => {
    await using service = await startService();
    const subjects = ['bob', 'Bob', 'bob ', 'bob%20', 'bob/', 'a:b', 'a', ':b', '["bob"]', "bob'--", '1', '01', '１'];
    const tokens = new Set<string>();
    for (const [index, subject] of subjects.entries()) {
      const claims = { email: `person${index}@example.com` };
      tokens.add(tokenOf(await service.token(jwt(subject, claims))).access_token);
    }
    assert.equal(tokens.size, subjects.length);
    assert.equal((await service.sandbox.users()).length, subjects.length);
  });

  it('gets nothing from the Atoms URL with a caller’s credential, nor from the API with a Cal.com token', async () => {
    await using service = await startService();
    const calToken = tokenOf(await service.token(jwt('alice'))).access_token;
    toProblem(await service.call('GET', ATOMS_PATH, { bearer: jwt('alice') }), 401, 'unknown_access_token');
    toProblem(await service.token(calToken), 401, 'credentials_invalid');
    toProblem(await service.call('GET', USER_PATH, { bearer: calToken }), 401);
  });
});

describe('with a new database', () => {
  it('and the same keys, a user gets its own account back by proof', async () => {
    await using sandbox = await startSandbox();
    await using first = await startService({ sandbox });
    tokenOf(await first.token(jwt('alice')));
    const [before] = await sandbox.users();
    const { EVERGRANT_ENCRYPTION_KEYS: keys = '' } = first.env;
    await using second = await startService({ sandbox, env: { EVERGRANT_ENCRYPTION_KEYS: keys } });
    const { access_token: token } = tokenOf(await second.token(jwt('alice')));
    assert.equal(await ownerOf(second, token), ALICE);
    assert.deepEqual(
      (await sandbox.users()).map(({ id }) => id),
      [before.id],
    );
    const { json } = await second.call('GET', USER_PATH, { bearer: jwt('alice') });
    assert.equal(json.cal_user_id, before.id);
  });

  it('and the same keys, another user still does not', async () => {
    await using sandbox = await startSandbox();
    await using first = await startService({ sandbox });
    tokenOf(await first.token(jwt('bob')));
    const { EVERGRANT_ENCRYPTION_KEYS: keys = '' } = first.env;
    await using second = await startService({ sandbox, env: { EVERGRANT_ENCRYPTION_KEYS: keys } });
    toProblem(await second.token(jwt('alice'), { cal_email: BOB }), 400, 'cal_email_in_use');
    toProblem(await second.token(jwt('alice', { email: BOB })), 400, 'cal_email_in_use');
    assert.equal(await sandbox.count('force-refresh'), 0);
  });

  it('and other keys, nobody’s account is adopted', async () => {
    await using sandbox = await startSandbox();
    await using first = await startService({ sandbox });
    tokenOf(await first.token(jwt('alice')));
    await using second = await startService({ sandbox });
    toProblem(await second.token(jwt('alice')), 400, 'cal_email_in_use');
    assert.equal(await sandbox.count('force-refresh'), 0);
  });
});
