import { SandboxClock } from '../control/clock.ts';
import type { Fake } from '../control/fake.ts';
import { listen, type RunningSandbox, type SandboxOptions } from '../control/listen.ts';
import { accountCalls } from './accounts.ts';
import { oauth2Api } from './api.ts';
import type { OAuth2 } from './oauth-2.ts';
import { describeWorld } from './oracle.ts';
import { RateLimiter } from './rate-limit.ts';
import { worldSnapshot } from './records.ts';
import { seedWorld } from './seed.ts';
import { selectTokens } from './select-tokens.ts';
import { oauth2Settings } from './settings.ts';
import { World } from './world.ts';

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
