import assert from 'node:assert/strict';
import { effort } from '../../support/effort.ts';
import { call, tokenOf, type Answer } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import type { Sandbox } from '../../support/service/start-sandbox.ts';
import { TOKEN_PATH } from '../../support/service/start-service.ts';

export const RUNS = effort({ smoke: 1, proofs: 1, long: 20 });
export const CALLERS = effort({ smoke: 60, proofs: 200, long: 200 });

/** All at once, spread over the services. */
export function storm(urls: readonly string[], subject: string, body: object = {}): Promise<Answer[]> {
  const bearer = jwt(subject);
  return Promise.all(
    Array.from({ length: CALLERS }, (_, index) =>
      call((urls[index % urls.length] ?? '') + TOKEN_PATH, 'POST', { bearer, body }),
    ),
  );
}

/** Every caller was served, and all of them with one token, which is given. */
export function oneToken(answers: readonly Answer[]): string {
  const tokens = [...new Set(answers.map((answer): string => tokenOf(answer).access_token))];
  assert.equal(tokens.length, 1, `${tokens.length} tokens`);
  return tokens[0] ?? '';
}

/** What a test does to the database past the services. */
export interface Ledger {
  /** Ends the life of every stored token. */
  expireAll(): unknown;
  /** The exchanges that ended otherwise than with a token. */
  unfortunate(): unknown[] | Promise<unknown[]>;
}

/** New, expired and forced, {@link RUNS} times, each by {@link CALLERS} callers at once; counts what Cal.com was asked. */
export async function storms(sandbox: Sandbox, urls: readonly string[], ledger: Ledger): Promise<void> {
  for (let run = 1; run <= RUNS; run += 1) {
    const subject = `user-${run}`;
    await sandbox.control('DELETE', '/journal');

    const created = await storm(urls, subject);
    const first = oneToken(created);
    assert.equal(await sandbox.count('create'), 1, 'one create call');
    assert.equal(await sandbox.count('refresh'), 0);
    const users = (await sandbox.users()).filter(({ email }) => String(email).startsWith(`${subject}+`));
    assert.equal(users.length, 1, 'one user upstream');
    for (const answer of created) {
      // Whoever came after it was done got a token that was not obtained for it, and is a returning user.
      const expected = answer.json.refreshed ? 'created' : 'existing';
      assert.equal(answer.json.integration_status, expected, answer.text);
    }
    assert.ok(created.some(({ json }) => json.integration_status === 'created'));

    await ledger.expireAll();
    await sandbox.control('POST', '/tokens/expire', { all: true });
    const renewed = oneToken(await storm(urls, subject));
    assert.notEqual(renewed, first);
    assert.equal(await sandbox.count('refresh'), 1, 'one refresh call');
    assert.equal(await sandbox.count('create'), 1);
    assert.equal(await sandbox.count('force-refresh'), 0);
    assert.equal((await sandbox.me(renewed)).status, 200);

    const forced = await storm(urls, subject, { force_refresh: true });
    for (const answer of forced) assert.equal(tokenOf(answer).refreshed, true);
    const tokens = new Set(forced.map((answer): string => tokenOf(answer).access_token));
    assert.ok(!tokens.has(renewed), 'nobody who forced got the old token');
    assert.equal((await sandbox.count('refresh')) - 1, tokens.size, 'no refresh was for nothing');
  }
  assert.deepEqual(await ledger.unfortunate(), []);
}
