import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toProblem, retryAfterMs, tokenOf } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { startService } from '../../support/service/start-service.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** Our own first wait, where the provider's makes no sense. */
const OWN: readonly [number, number] = [1, SECOND];

/** What a provider may say, and between how many milliseconds its callers are then told to wait. */
const FORMS: Record<string, { header: () => string; between: readonly [number, number] }> = {
  seconds: { header: () => '30', between: [25 * SECOND, 30 * SECOND] },
  'a date': { header: () => new Date(Date.now() + 60_000).toUTCString(), between: [50 * SECOND, 60 * SECOND] },
  'a date that has passed': { header: () => new Date(Date.now() - 60_000).toUTCString(), between: OWN },
  'a negative number': { header: () => '-5', between: OWN },
  'thirty years': { header: () => '1000000000', between: [HOUR - 10 * SECOND, HOUR] },
  'a word': { header: () => 'soon', between: OWN },
};

describe('a provider that asks for patience with', { concurrency: 4 }, () => {
  for (const [form, { header, between }] of Object.entries(FORMS)) {
    it(`${form} is left alone for as long as makes sense`, async () => {
      await using service = await startService();
      tokenOf(await service.token(jwt('alice')));
      await service.expire();
      await service.sandbox.fault('refresh', { status: 429, headers: { 'Retry-After': header() } });
      const answer = await service.token(jwt('alice'));
      toProblem(answer, 500, 'upstream_throttled');
      const waitMs = retryAfterMs(answer);
      assert.ok(waitMs >= between[0] && waitMs <= between[1], `${waitMs} ms`);
      if (between === OWN) return;
      await Promise.all(Array.from({ length: 10 }, () => service.token(jwt('alice'))));
      assert.equal(await service.sandbox.count('refresh'), 1, 'nobody asked again before its time');
    });
  }
});
