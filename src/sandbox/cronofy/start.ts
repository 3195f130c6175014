import { SandboxClock } from '../control/clock.ts';
import type { Fake } from '../control/fake.ts';
import { listen, type RunningSandbox, type SandboxOptions } from '../control/listen.ts';
import { cronofyApi } from './api/api.ts';
import { cronofyControlCalls } from './control/control-calls.ts';
import type { Cronofy } from './cronofy.ts';
import { describeWorld } from './control/oracle.ts';
import { RateLimiter } from './api/rate-limit.ts';
import { worldSnapshot } from './state/records.ts';
import { seedWorld } from './state/seed.ts';
import { selectTokens } from './control/select-tokens.ts';
import { cronofySettings } from './control/settings.ts';
import { World } from './state/world.ts';

/** Starts a fake Cronofy: `/oauth`, the consent page, `/v1`, and its control API at `/__sandbox/`. */
export async function startCronofy(options: SandboxOptions): Promise<RunningSandbox> {
  const settings = cronofySettings();
  const clock = new SandboxClock();
  const limiter = new RateLimiter();
  const cronofy: Cronofy = { world: new World(seedWorld()), clock, settings, limiter };
  const app = cronofyApi(cronofy);
  const fake: Fake = {
    kind: 'cronofy',
    accountField: 'sub',
    clock,
    settings,
    controlCalls: cronofyControlCalls(cronofy),
    answer: (request) => app.fetch(request),
    describe: () => describeWorld(cronofy),
    expireTokens: (selection) => {
      const tokens = selectTokens(cronofy.world, selection);
      for (const token of tokens) cronofy.world.expireToken(token, clock.now());
      return tokens.length;
    },
    purgeTokens: (selection) => {
      const tokens = selectTokens(cronofy.world, selection);
      for (const token of tokens) cronofy.world.endToken(token, 'purged', clock.now());
      return tokens.length;
    },
    takeChanged: () => cronofy.world.takeChanged(),
    snapshot: () => cronofy.world.snapshot(),
    restore: (snapshot) => {
      cronofy.world = new World(worldSnapshot.parse(snapshot));
    },
    reset: () => {
      cronofy.world = new World(seedWorld());
      limiter.reset();
    },
  };
  return listen(fake, options);
}
