import { SandboxClock } from '../control/clock.ts';
import type { Fake } from '../control/fake.ts';
import { listen, type RunningSandbox, type SandboxOptions } from '../control/listen.ts';
import { worldCalls } from '../control/world-calls.ts';
import { selectTokens } from '../oauth/select-tokens.ts';
import { cronofyApi } from './api/api.ts';
import { cronofyControlCalls } from './control/control-calls.ts';
import type { Cronofy } from './cronofy.ts';
import { describeWorld } from './control/oracle.ts';
import { RateLimiter } from './api/rate-limit.ts';
import { worldSnapshot } from './state/records.ts';
import { seedWorld } from './state/seed.ts';
import { cronofySettings } from './control/settings.ts';
import { World } from './state/world.ts';

/**
 * Starts a fake Cronofy: `/oauth`, the consent page, `/v1`, and its control API at `/__sandbox/`.
 *
 * @throws the socket's error, such as EADDRINUSE
 */
export async function startCronofy(options: SandboxOptions): Promise<RunningSandbox> {
  const settings = cronofySettings();
  const clock = new SandboxClock();
  const limiter = new RateLimiter();
  const seeded = () => new World(seedWorld());
  const cronofy: Cronofy = { world: seeded(), clock, settings, limiter };
  const app = cronofyApi(cronofy);
  const fake: Fake = {
    kind: 'cronofy',
    accountField: 'sub',
    clock,
    settings,
    controlCalls: cronofyControlCalls(cronofy),
    answer: (request) => app.fetch(request),
    describe: () => describeWorld(cronofy),
    ...worldCalls(cronofy, {
      seeded,
      restored: (snapshot) => new World(worldSnapshot.parse(snapshot)),
      selectTokens,
      limiter,
    }),
  };
  return listen(fake, options);
}
