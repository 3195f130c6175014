import { DEFAULT_BOUNDS } from '../../../src/grants/exchange.ts';
import { calComManaged } from '../../../src/providers/cal-com/managed.ts';
import { cronofyManaged } from '../../../src/providers/cronofy/managed.ts';
import { oauth2 } from '../../../src/providers/oauth-2/oauth-2.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { Secret } from '../../../src/secret.ts';
import { KINDS as ALL_KINDS, MANAGED, type Kind } from '../kinds/kinds.ts';

/** Cronofy's application calendars, in the reading in which opening one again ends its tokens. */
const CALENDARS: Kind = {
  name: 'cronofy-managed',
  played: 'cronofy',
  settings: {
    rotation: 'always',
    application_calendar_ends_tokens: true,
    rate_limit_per_second: null,
    rate_limit_per_minute: null,
  },
  onReuse: 'reject',
  mayLose: false,
  usesBeforeRotation: 0,
};

/** Those whose every behaviour is a switch, and those that make accounts by themselves. */
export const KINDS = [...ALL_KINDS.filter(({ name, played }) => played === 'oauth-2' || name === MANAGED), CALENDARS];

/** Whether its accounts are made by us, when their subjects first ask. */
export function isMadeByUs(kind: string): boolean {
  return kind === MANAGED || kind === CALENDARS.name;
}

/** The keeper's provider for a kind that is played at `url`. */
export function providerOf({ name, played, onReuse }: Kind, url: string): Provider {
  const common = { upstreamTimeoutMs: DEFAULT_BOUNDS.upstreamMs, now: () => Date.now() };
  if (played === 'cronofy') {
    return cronofyManaged({
      ...common,
      clientId: 'sandbox-cronofy-client',
      clientSecret: new Secret('sandbox-cronofy-secret'),
      apiUrl: url,
      requestsPerMinute: 500,
    });
  }
  if (name === MANAGED) {
    return calComManaged({
      ...common,
      clientId: 'sandbox-cal-client',
      clientSecret: new Secret('sandbox-cal-secret'),
      apiUrl: `${url}/v2`,
      subjectProofs: (subject) => [`proof of ${subject}`],
    });
  }
  return oauth2({
    ...common,
    definition: {
      name,
      tokenUrl: `${url}/token`,
      clientId: 'sandbox-oauth2-client',
      clientAuth: 'basic',
      body: 'form',
      onReuse,
    },
    clientSecret: new Secret('sandbox-oauth2-secret'),
  });
}
