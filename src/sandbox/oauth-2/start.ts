import { SandboxClock } from '../control/clock.ts';
import type { ControlCalls, Fake } from '../control/fake.ts';
import { listen, type RunningSandbox, type SandboxOptions } from '../control/listen.ts';
import { worldCalls } from '../control/world-calls.ts';
import { selectTokens } from '../oauth/select-tokens.ts';
import { accountCalls } from './control/accounts.ts';
import { oauth2Api } from './api/api.ts';
import type { OAuth2 } from './oauth-2.ts';
import { providerRoutes } from './control/providers.ts';
import { describeWorld } from './control/oracle.ts';
import { RateLimiter } from './api/rate-limit.ts';
import { worldSnapshot } from './state/records.ts';
import { seedWorld } from './state/seed.ts';
import { oauth2Settings } from './control/settings.ts';
import { World } from './state/world.ts';

function controlCalls(oauth: OAuth2, settings: ReturnType<typeof oauth2Settings>): ControlCalls {
  const { routes, names } = accountCalls(oauth);
  routes.route('/', providerRoutes(settings));
  return { routes, names: `${names}, GET providers, PUT provider` };
}

/**
 * Starts a fake OAuth 2 authorization server: `/authorize`, `/token`, `/revoke`, `/userinfo`, its metadata at
 * `/.well-known/oauth-authorization-server`, and its control API at `/__sandbox/`.
 *
 * @throws the socket's error, such as EADDRINUSE
 */
export async function startOAuth2(options: SandboxOptions): Promise<RunningSandbox> {
  const settings = oauth2Settings();
  const clock = new SandboxClock();
  const limiter = new RateLimiter();
  const seeded = () => new World(seedWorld());
  const oauth: OAuth2 = { world: seeded(), clock, settings };
  const app = oauth2Api(oauth, limiter);
  const fake: Fake = {
    kind: 'oauth-2',
    accountField: 'sub',
    clock,
    settings,
    controlCalls: controlCalls(oauth, settings),
    answer: (request, circumstances) => app.fetch(request, circumstances),
    describe: () => describeWorld(oauth),
    ...worldCalls(oauth, {
      seeded,
      restored: (snapshot) => new World(worldSnapshot.parse(snapshot)),
      selectTokens,
      limiter,
    }),
  };
  return listen(fake, options);
}
