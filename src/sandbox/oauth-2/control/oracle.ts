import { describeTokens, iso } from '../../oauth/describe-tokens.ts';
import type { OAuth2 } from '../oauth-2.ts';
import type { Account } from '../state/records.ts';

/** The whole truth for tests: every account with its families, its live tokens, and its dead ones with why they died. */
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

/** The truth about one account; its counts are the sums of its families'. */
export function describeAccount({ world, clock }: OAuth2, account: Account): object {
  const tokens = describeTokens(world, account.sub, { word: 'family', now: clock.now() });
  return {
    sub: account.sub,
    email: account.email,
    name: account.name,
    ...tokens,
  };
}
