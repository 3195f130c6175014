import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { toProblem, retryAfterMs, tokenOf, type Answer } from '../../support/service/answer.ts';
import type { Grant, Reachable } from './grant.ts';
import { MANAGED } from './kinds.ts';

const PATIENCE_MS = 30_000;

/** Every one of these is served, all of them with one token, which the provider honours. Gives it. */
export async function assertOneLive(grant: Grant, answers: readonly Answer[]): Promise<string> {
  const tokens = new Set(answers.map((answer): string => tokenOf(answer).access_token));
  const [token = ''] = tokens;
  assert.equal(tokens.size, 1, `${tokens.size} tokens`);
  const { accessTokens } = await grant.truth();
  assert.ok(accessTokens.includes(token), 'the provider knows better: this token is dead');
  return token;
}

/** What every service says, asked again for as long as it promises that this may help. */
export function settled(grant: Grant, services: readonly Reachable[], body: object = {}): Promise<Answer[]> {
  return Promise.all(
    services.map(async (service) => {
      const giveUpAt = performance.now() + PATIENCE_MS;
      for (;;) {
        const answer = await grant.ask(service, body);
        if (answer.status !== 500 || performance.now() > giveUpAt) return answer;
        await sleep(retryAfterMs(answer));
      }
    }),
  );
}

/** Every service serves one live token, and each can have it renewed: the refresh tokens that came meanwhile are good. */
export async function assertGood(grant: Grant, services: readonly Reachable[]): Promise<void> {
  const seen = new Set([await assertOneLive(grant, await settled(grant, services))]);
  const before = await grant.exchanges();
  for (const service of services) {
    const forced = tokenOf(await grant.ask(service, { force_refresh: true }));
    assert.equal(forced.refreshed, true);
    seen.add(forced.access_token);
  }
  assert.equal(seen.size, 1 + services.length, 'each is a new one');
  const last = await assertOneLive(grant, await grant.askAll(services, 1));
  assert.equal(last, [...seen].at(-1), 'all of them serve the last');
  assert.deepEqual(await grant.exchanges(), [...before, ...services.map(() => 'refresh obtained')]);
}

/** It heals without its user: nobody is told to reconnect it. */
export async function assertNeverLost(grant: Grant, services: readonly Reachable[]): Promise<void> {
  await assertGood(grant, services);
  assert.deepEqual(await grant.events(), []);
}

/** What is promised where the answer to the first refresh is lost, which has spent its refresh token where the kind does so. */
export async function assertAfterLoss(grant: Grant, services: readonly Reachable[]): Promise<void> {
  const { kind } = grant.player;
  if (kind.mayLose) {
    await assertLost(grant, services, 'answer_lost', ['refresh unknown', 'refresh rejected']);
    return;
  }
  await assertOneLive(grant, await settled(grant, services));
  const repair = kind.name === MANAGED ? ['refresh rejected', 'recover obtained'] : ['refresh obtained'];
  assert.deepEqual(await grant.exchanges(), ['refresh unknown', ...repair]);
  await assertGood(grant, services);
  assert.deepEqual(await grant.events(), kind.name === MANAGED ? ['grant.recovered answer_lost'] : []);
}

/** Only its user can repair it: every caller hears so, it was told once, and the provider is left alone. */
export async function assertLost(
  grant: Grant,
  services: readonly Reachable[],
  reason: 'refused' | 'answer_lost',
  exchanges: readonly string[],
): Promise<void> {
  for (const answer of await settled(grant, services)) toProblem(answer, 409, 'reconnect_required');
  for (const answer of await grant.askAll(services, 2)) toProblem(answer, 409, 'reconnect_required');
  for (const answer of await grant.askAll(services, 1, { force_refresh: true })) {
    toProblem(answer, 409, 'reconnect_required');
  }
  assert.deepEqual(await grant.exchanges(), exchanges);
  assert.deepEqual(await grant.events(), [`grant.reconnect_required ${reason}`]);
  assert.deepEqual(
    (await grant.truth()).refreshTokens.filter((token) => token === grant.account.refreshToken),
    [],
  );
}
