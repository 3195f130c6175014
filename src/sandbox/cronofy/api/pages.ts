import { permissionsOf, splitScope } from '../../oauth/scopes.ts';
import { consentPage as sharedConsentPage } from '../../page/consent-page.ts';
import { messagePage as sharedMessagePage } from '../../page/message-page.ts';
import type { Site } from '../../page/page.ts';
import type { AuthorizationRequest } from '../oauth/authorization-request.ts';
import type { Cronofy } from '../cronofy.ts';
import type { Account, Profile } from '../state/records.ts';
import { wordsOf } from '../control/scope-words.ts';

const SITE: Site = { provider: 'Cronofy', account: 'Cronofy account' };
/** The most profiles to show; others can still be posted. */
const MOST_PROFILES = 50;

/** Display names of the calendar services. */
const SERVICES: ReadonlyMap<string, string> = new Map([
  ['apple', 'iCloud'],
  ['exchange', 'Exchange'],
  ['google', 'Google'],
  ['live_connect', 'Outlook.com'],
  ['office365', 'Microsoft 365'],
]);

/**
 * The page where a person chooses a calendar account and grants or denies access. The form posts to the page's own
 * address.
 */
export function consentPage(
  { world }: Cronofy,
  { client, scope, delegatedScope, providerName }: AuthorizationRequest,
  linkedTo: Account | undefined,
): Response {
  const profiles = [...world.profiles.take(MOST_PROFILES)];
  return sharedConsentPage({
    site: SITE,
    clientName: client.name,
    permissions: permissionsOf(splitScope(`${scope} ${delegatedScope ?? ''}`), wordsOf),
    choices: profiles.map((profile) => {
      const service = SERVICES.get(profile.providerName) ?? profile.providerName;
      const owner = world.account(profile.home)?.name;
      const isNamed = typeof owner === 'string' && owner !== '';
      return {
        value: profile.id,
        name: isNamed ? owner : profile.name,
        detail: isNamed ? `${profile.name} · ${service}` : service,
      };
    }),
    chosen: profiles.find((profile) => profile.providerName === providerName)?.id,
    notice: linkedTo && `Whichever calendar account you choose is linked to the account of ${nameOf(linkedTo)}.`,
    field: 'profile_id',
  });
}

/** The page that reconnects a profile. The form posts to the page's own address. */
export function relinkPage({ name, connected }: Profile): Response {
  return messagePage(200, {
    title: `Calendar account ${name}`,
    text: connected ? 'It is connected.' : 'It is not connected.',
    offer: connected ? undefined : 'Connect again',
  });
}

/** A page with a message and at most one button. */
export function messagePage(status: number, message: Parameters<typeof sharedMessagePage>[2]): Response {
  return sharedMessagePage(status, SITE, message);
}

function nameOf({ sub, email }: Account): string {
  return email ?? sub;
}
