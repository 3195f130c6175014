import { SandboxClock } from '../control/clock.ts';
import type { Fake } from '../control/fake.ts';
import { listen, type RunningSandbox, type SandboxOptions } from '../control/listen.ts';
import { worldCalls } from '../control/world-calls.ts';
import { apiV2 } from './api/api.ts';
import type { CalCom } from './cal-com.ts';
import { describeWorld } from './control/oracle.ts';
import { RateLimiter } from './api/rate-limit.ts';
import { worldSnapshot } from './state/records.ts';
import { seedWorld } from './state/seed.ts';
import { selectTokens } from './control/select-tokens.ts';
import { calComSettings } from './control/settings.ts';
import { World } from './state/world.ts';

/**
 * Starts a fake Cal.com. API v2 is at `${url}/v2`, the app's pages and older token endpoints for OAuth at
 * `${url}/auth/oauth2/authorize` and `${url}/api/auth/oauth`, the control API at `${url}/__sandbox/`.
 *
 * @throws the socket's error, such as EADDRINUSE
 */
export async function startCalCom(options: SandboxOptions): Promise<RunningSandbox> {
  const settings = calComSettings();
  const clock = new SandboxClock();
  const limiter = new RateLimiter();
  const seeded = () => new World(seedWorld());
  const cal: CalCom = { world: seeded(), clock, settings };
  const app = apiV2(cal, limiter);
  const fake: Fake = {
    kind: 'cal-com',
    accountField: 'user_id',
    clock,
    settings,
    answer: (request, { address }) => app.fetch(request, { address }),
    describe: () => describeWorld(cal),
    ...worldCalls(cal, {
      seeded,
      restored: (snapshot) => new World(worldSnapshot.parse(snapshot)),
      selectTokens,
      limiter,
    }),
  };
  return listen(fake, options);
}
