import { DEFAULT_BOUNDS } from '../../src/grants/exchange.ts';
import { calComManaged } from '../../src/providers/cal-com-managed.ts';
import { oauth2 } from '../../src/providers/oauth-2.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { Secret } from '../../src/secret.ts';
import { KINDS as ALL_KINDS, MANAGED, type Kind } from '../kinds/kinds.ts';

export { MANAGED };

/** Those whose every behaviour is a switch, and the one that makes accounts by itself. */
export const KINDS = ALL_KINDS.filter(({ name, played }) => played === 'oauth-2' || name === MANAGED);

/** The keeper's provider for a kind that is played at `url`. */
export function providerOf({ name, onReuse }: Kind, url: string): Provider {
  const common = { upstreamTimeoutMs: DEFAULT_BOUNDS.upstreamMs, now: () => Date.now() };
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
