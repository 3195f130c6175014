import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { toProblem, tokenOf, type Answer } from '../support/service/answer.ts';
import { jwt } from '../support/service/credentials.ts';
import { parse, sendBytes } from '../support/service/raw-request.ts';
import { startService, TOKEN_PATH, type Service } from '../support/service/start-service.ts';

const SUBJECTS = ['zoë', 'Ωmega', '山田', '🦊', 'ÿ'];

/** Byte sequences that are no UTF-8. */
const BROKEN: Record<string, number[]> = {
  'Latin-1': [0x7a, 0x6f, 0xeb],
  'a cut sequence': [0x7a, 0x6f, 0xc3],
  'an overlong slash': [0x61, 0xc0, 0xaf],
  'a surrogate': [0xed, 0xa0, 0x80],
};

describe('the subject that a server key names', () => {
  let service: Service;
  let key: string;
  before(async () => {
    service = await startService();
    key = await service.key({ role: 'server' });
  });
  after(async () => {
    await service.stop();
  });

  /** The header goes out as these very bytes. */
  const asServer = async (subject: string | Uint8Array, bearer = key): Promise<Answer> => {
    const body = '{"cal_email": "somebody@example.com"}';
    const rest = `\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const fields = `Authorization: Bearer ${bearer}\r\nEvergrant-Subject: `;
    const head = `POST ${TOKEN_PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${fields}`;
    return parse(await sendBytes(service.url, head, subject, rest));
  };

  for (const subject of SUBJECTS) {
    it(`is the one of a JWT’s "${subject}" when it is the same in UTF-8`, async () => {
      const email = `user-${SUBJECTS.indexOf(subject)}@example.com`;
      const own = tokenOf(await service.token(jwt(subject, { email })));
      assert.equal(own.integration_status, 'created');
      const named = tokenOf(await asServer(subject));
      assert.deepEqual([named.access_token, named.integration_status], [own.access_token, 'existing']);
      assert.equal(tokenOf(await asServer(subject, jwt(subject, { email }))).access_token, own.access_token);
    });
  }

  for (const [name, bytes] of Object.entries(BROKEN)) {
    it(`is refused where it is ${name}`, async () => {
      const users = (await service.sandbox.users()).length;
      const problem = toProblem(await asServer(Uint8Array.from(bytes)), 400, 'subject_required');
      assert.equal(problem.errors[0].field, 'Evergrant-Subject');
      assert.match(problem.detail, /UTF-8/);
      toProblem(await asServer(Uint8Array.from(bytes), jwt('alice')), 403, 'subject_not_allowed');
      assert.equal((await service.sandbox.users()).length, users);
    });
  }
});
