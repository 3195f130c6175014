import { describeTokens, iso } from '../../oauth/describe-tokens.ts';
import type { OAuth2 } from '../oauth-2.ts';
import type { Account } from '../state/records.ts';

/** The complete state for tests: every account with its families, live tokens, and dead tokens with the reason. */
export function describeWorld(oauth: OAuth2): object {
  const { world, clock } = oauth;
  return {
    now: iso(clock.now()),
    clients: [...world.clients.values()].map((client) => ({
      client_id: client.id,
      public: client.secret === null,
      redirect_uris: client.redirectUris,
    })),
    accounts: [...world.accounts].map((account) => describeAccount(oauth, account)),
  };
}

/** The state of one account; its counts are the sums over its families. */
export function describeAccount({ world, clock }: OAuth2, account: Account): object {
  const tokens = describeTokens(world, account.sub, { word: 'family', now: clock.now() });
  return {
    sub: account.sub,
    email: account.email,
    name: account.name,
    ...tokens,
  };
}
