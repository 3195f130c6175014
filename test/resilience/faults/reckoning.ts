import assert from 'node:assert/strict';
import { tokenOf } from '../../support/service/answer.ts';
import { untilServed, type Scene } from '../../support/scene.ts';

/** What the sandbox has seen and answered. */
export interface Reckoning {
  /** Answers that gave tokens. */
  readonly given: number;
  /** Refreshes whose refresh token was spent already: asked twice. */
  readonly refused: number;
  /** Each of them stands for an account whose tokens were lost. */
  readonly forced: number;
  readonly users: number;
}

/** Counts by the sandbox's journal, which no fault of ours reaches. */
export async function reckon({ sandbox }: Scene): Promise<Reckoning> {
  const posts = (await sandbox.journal()).filter(({ method }) => method === 'POST');
  const refreshes = posts.filter(({ path }) => String(path).endsWith('/refresh'));
  const ofTokens = posts.filter(({ path }) => /\/(refresh|force-refresh|users)$/.test(String(path)));
  return {
    given: ofTokens.filter(({ status }) => status === 200 || status === 201).length,
    refused: refreshes.filter(({ status }) => status === 400 || status === 404).length,
    forced: await sandbox.count('force-refresh'),
    users: (await sandbox.users()).length,
  };
}

/**
 * Nothing is lost: everybody is served by every service with a token that Cal.com takes, whose refresh token is good as
 * well; every answer that gave tokens is one credential; nobody's account was made twice.
 *
 * @param allowed extra calls that the fault may have cost
 */
export async function assertNothingLost(
  scene: Scene,
  subjects: readonly string[],
  { patienceMs = 30_000, refused = 0, forced = 0 } = {},
): Promise<Reckoning> {
  const { sandbox, services } = scene;
  for (const [index, service] of services.entries()) {
    await Promise.all(
      subjects.map(async (subject) => {
        for (const body of [{}, { force_refresh: true }]) {
          const answer = await untilServed(() => scene.ask(index, subject, body), patienceMs);
          const { access_token: token } = tokenOf(answer);
          const { status, json } = await sandbox.me(token);
          assert.equal(status, 200, `${subject} got a token that Cal.com refuses\n${service.output().slice(-4000)}`);
          assert.match(json.data.email, new RegExp(`^${subject}\\+`));
        }
      }),
    );
  }
  const reckoning = await reckon(scene);
  const [{ n: kept }] = await scene.rows('select count(*) as n from credentials');
  assert.equal(Number(kept), reckoning.given, 'every answer that gave tokens is one credential');
  assert.ok(reckoning.forced <= forced, `${reckoning.forced} accounts had to be recovered: their tokens were lost`);
  assert.ok(reckoning.refused <= refused, `${reckoning.refused} refresh tokens were presented twice`);
  assert.equal(reckoning.users, subjects.length, 'one user each upstream');
  return reckoning;
}
