import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { toProblem, retryAfterMs, tokenOf } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { startService } from '../../support/service/start-service.ts';

/** An error as Cal.com words it. */
function refusal(status: number, code: string, message: string): object {
  return { status, body: { status: 'error', error: { code, message, details: { message } } } };
}

const CLASH = {
  status: 409,
  body: {
    status: 'error',
    error: { code: 'CONFLICT', message: 'Invalid Input: Trying to create a record that already exists.' },
  },
};

/** What Cal.com might say of one user's creation that nobody has foreseen. */
const ODD: Record<string, object> = {
  'a 400 nobody knows': refusal(400, 'BadRequestException', 'The moon is in the wrong house.'),
  'a 404 nobody knows': refusal(404, 'NotFoundException', 'There is no such team.'),
  'a 422': refusal(422, 'UnprocessableEntityException', 'No.'),
  'a 401 of somebody in between': { status: 401, headers: { 'Content-Type': 'text/html' }, body: '<h1>Log in</h1>' },
};

describe('when Cal.com answers the creation of a user with', { concurrency: 4 }, () => {
  it('a conflict that names no user, the caller is told to come again, and then served', async () => {
    await using service = await startService();
    await service.sandbox.fault('create', CLASH, 1);
    const answer = await service.token(jwt('alice'));
    toProblem(answer, 500, 'upstream_unavailable');
    await sleep(retryAfterMs(answer));
    const healed = tokenOf(await service.token(jwt('alice')));
    assert.equal(healed.integration_status, 'created');
    assert.match((await service.sandbox.me(healed.access_token)).json.data.email, /^alice\+/);
    assert.equal((await service.sandbox.users()).length, 1);
  });

  it('a conflict that names no user although it made that user, the same one is adopted', async () => {
    await using service = await startService();
    await service.sandbox.fault('create', { ...CLASH, drop_reply: true }, 1);
    const answer = await service.token(jwt('alice'));
    toProblem(answer, 500, 'upstream_unavailable');
    await sleep(retryAfterMs(answer));
    const healed = tokenOf(await service.token(jwt('alice'), { cal_email: 'another@example.com' }));
    assert.match((await service.sandbox.me(healed.access_token)).json.data.email, /^alice\+/);
    assert.equal((await service.sandbox.users()).length, 1);
  });

  for (const [name, fault] of Object.entries(ODD)) {
    it(`${name}, other users are created and renewed as ever`, async () => {
      await using service = await startService();
      tokenOf(await service.token(jwt('carol')));
      await service.sandbox.fault('create', fault, 1);
      const answer = await service.token(jwt('alice'));
      toProblem(answer, 500, 'upstream_unavailable');
      const waitMs = retryAfterMs(answer);
      assert.equal(tokenOf(await service.token(jwt('bob'))).integration_status, 'created');
      assert.equal(tokenOf(await service.token(jwt('carol'), { force_refresh: true })).refreshed, true);
      await sleep(waitMs);
      tokenOf(await service.token(jwt('alice')));
    });
  }

  it('its refusal of our secret, Cal.com is left alone and the operator is named', async () => {
    await using service = await startService();
    const { access_token: live } = tokenOf(await service.token(jwt('carol')));
    await using wrong = await startService({
      sandbox: service.sandbox,
      databasePath: service.databasePath,
      env: { ...service.env, CAL_COM_CLIENT_SECRET: 'not-the-secret' },
    });
    await service.sandbox.control('DELETE', '/journal');
    for (const subject of ['alice', 'bob', 'alice']) {
      const answer = await wrong.token(jwt(subject));
      assert.match(toProblem(answer, 500, 'provider_client_refused').detail, /operator/);
      assert.ok(retryAfterMs(answer) <= 30_000);
    }
    assert.equal(tokenOf(await wrong.token(jwt('carol'), { force_refresh: true })).access_token, live);
    const asked = (await service.sandbox.journal()).map(({ method }): string => method);
    assert.deepEqual(asked, ['POST', 'GET', 'GET'], 'one call, and questions about the client alone, showed it');
    await sleep(1_100);
    tokenOf(await service.token(jwt('alice')));
  });
});
