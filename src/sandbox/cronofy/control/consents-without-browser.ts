import { z } from 'zod';
import { BadRequest, parseOrRefuse } from '../../control/bad-request.ts';
import type { Cronofy } from '../cronofy.ts';
import { newPerson } from '../state/new-account.ts';
import type { Account, Client } from '../state/records.ts';
import { tokensForConsent } from '../oauth/tokens.ts';

const client_id = z.string().default('sandbox-cronofy-client');
const scope = z.string().min(1).default('read_account list_calendars read_events create_event delete_event');
const sub = z.string().regex(/^acc_[0-9a-f]{24}$/);
const consentRequest = z.union(
  [
    z.strictObject({ count: z.int().min(1).max(100_000), client_id, scope }),
    z.strictObject({ sub: sub.optional(), email: z.string().min(1).optional(), client_id, scope }),
  ],
  {
    error:
      'accepts {"count": 1 to 100000} or {"sub": "acc_" and 24 hexadecimal digits, "email": "..."}, both with "client_id" and "scope"',
  },
);

/**
 * Records consents of named or new accounts without a browser.
 *
 * @throws BadRequest
 */
export function consentsWithoutBrowser(cronofy: Cronofy, input: unknown): object[] {
  const wanted = parseOrRefuse(consentRequest, input);
  const client = cronofy.world.clients.get(wanted.client_id);
  if (client === undefined) {
    throw new BadRequest(`client_id: accepts ${[...cronofy.world.clients.keys()].join(', ')}`);
  }
  if (!('count' in wanted)) return [consent(cronofy, client, accountFor(cronofy, wanted), wanted.scope)];
  return Array.from({ length: wanted.count }, () => consent(cronofy, client, accountFor(cronofy, {}), wanted.scope));
}

/** The account with this name, created if there is none. */
function accountFor(
  { world }: Cronofy,
  { sub, email }: { sub?: string | undefined; email?: string | undefined },
): Account {
  const known = world.account(sub ?? '');
  if (known !== undefined) {
    if (email !== undefined && email !== known.email) throw new BadRequest(`email: ${known.sub} has another one`);
    return known;
  }
  const { account, profile } = newPerson({
    sub,
    email: email ?? `${crypto.randomUUID()}@example.com`,
    name: email ?? 'Somebody',
    provider: ['google', 'gsuite'],
  });
  world.addProfile(profile);
  world.addAccount(account);
  return account;
}

function consent(cronofy: Cronofy, client: Client, account: Account, scope: string): object {
  const { access, refresh } = tokensForConsent(cronofy, client, account, { scope, delegatedScope: null });
  return {
    sub: account.sub,
    email: account.email,
    profile_id: account.profiles[0],
    access_token: access.value,
    refresh_token: refresh.value,
    expires_in: cronofy.settings.values.access_ttl_seconds,
  };
}
