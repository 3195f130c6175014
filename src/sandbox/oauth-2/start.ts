import { SandboxClock } from '../control/clock.ts';
import type { Fake } from '../control/fake.ts';
import { listen, type RunningSandbox, type SandboxOptions } from '../control/listen.ts';
import { accountCalls } from './control/accounts.ts';
import { oauth2Api } from './api/api.ts';
import type { OAuth2 } from './oauth-2.ts';
import { describeWorld } from './control/oracle.ts';
import { RateLimiter } from './api/rate-limit.ts';
import { worldSnapshot } from './state/records.ts';
import { seedWorld } from './state/seed.ts';
import { selectTokens } from './control/select-tokens.ts';
import { oauth2Settings } from './control/settings.ts';
import { World } from './state/world.ts';

/**
 * Starts a fake OAuth 2 authorization server: `/authorize`, `/token`, `/revoke`, `/userinfo`, what it tells about itself
 * at `/.well-known/oauth-authorization-server`, and its control API at `/__sandbox/`.
 */
export async function startOAuth2(options: SandboxOptions): Promise<RunningSandbox> {
  const settings = oauth2Settings();
  const clock = new SandboxClock();
  const limiter = new RateLimiter();
  const oauth: OAuth2 = { world: new World(seedWorld()), clock, settings };
  const app = oauth2Api(oauth, limiter);
  const fake: Fake = {
    kind: 'oauth-2',
    accountField: 'sub',
    clock,
    settings,
    controlCalls: accountCalls(oauth),
    answer: (request, circumstances) => app.fetch(request, circumstances),
    describe: () => describeWorld(oauth),
    expireTokens: (selection) => {
      const tokens = selectTokens(oauth.world, selection);
      for (const token of tokens) oauth.world.expireToken(token, clock.now());
      return tokens.length;
    },
    purgeTokens: (selection) => {
      const tokens = selectTokens(oauth.world, selection);
      for (const token of tokens) oauth.world.endToken(token, 'purged', clock.now());
      return tokens.length;
    },
    takeChanged: () => oauth.world.takeChanged(),
    snapshot: () => oauth.world.snapshot(),
    restore: (snapshot) => {
      oauth.world = new World(worldSnapshot.parse(snapshot));
    },
    reset: () => {
      oauth.world = new World(seedWorld());
      limiter.reset();
    },
  };
  return listen(fake, options);
}
