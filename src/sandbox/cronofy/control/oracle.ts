import { describeTokens, iso } from '../../oauth/describe-tokens.ts';
import type { Cronofy } from '../cronofy.ts';
import type { Account, Profile } from '../state/records.ts';

/**
 * The complete state for tests: every account with its authorizations, live tokens, and dead tokens with the reason.
 */
export function describeWorld(cronofy: Cronofy): object {
  const { world, clock } = cronofy;
  return {
    now: iso(clock.now()),
    clients: [...world.clients.values()].map(({ id, name }) => ({ client_id: id, name })),
    accounts: [...world.accounts].map((account) => describeAccount(cronofy, account)),
    element_tokens: world.elementTokens.map(({ value, clientId, permissions, subs, origin, expiresAt }) => ({
      token: value,
      client_id: clientId,
      permissions,
      subs,
      origin,
      expires_at: iso(expiresAt),
    })),
  };
}

/** The state of one account; its counts are the sums over its authorizations. */
export function describeAccount({ world, clock }: Cronofy, account: Account): object {
  const { families: authorizations, ...tokens } = describeTokens(world, account.sub, {
    word: 'authorization',
    now: clock.now(),
  });
  return {
    sub: account.sub,
    email: account.email,
    name: account.name,
    application_calendar_id: account.applicationCalendar?.id ?? null,
    profiles: world.profilesOf(account).map(describeLinked),
    ...tokens,
    authorizations,
  };
}

function describeLinked({ id, name, providerName, connected }: Profile): object {
  return { profile_id: id, profile_name: name, provider_name: providerName, connected };
}
