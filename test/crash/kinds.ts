import { DEFAULT_BOUNDS } from '../../src/grants/exchange.ts';
import { calComManaged } from '../../src/providers/cal-com-managed.ts';
import { oauth2 } from '../../src/providers/oauth-2.ts';
import type { Provider, ReuseBehaviour } from '../../src/providers/provider.ts';
import { Secret } from '../../src/secret.ts';

/** One kind of provider, as the sandbox plays it and as the keeper is told of it. */
export interface Kind {
  readonly name: string;
  /** The switches of the sandbox's OAuth 2 server; undefined for Cal.com's managed users. */
  readonly settings: Readonly<Record<string, unknown>> | undefined;
  readonly onReuse: ReuseBehaviour;
  /** True where a crash between the provider's answer and our disk costs the user a new consent: nobody can help it. */
  readonly mayLose: boolean;
}

export const MANAGED = 'cal-com-managed';

export const KINDS: readonly Kind[] = [
  { name: 'rotates-always', settings: { rotation: 'always' }, onReuse: 'reject', mayLose: true },
  {
    name: 'rotates-sometimes',
    settings: { rotation: 'every:2', refresh_token_in_answer: 'when_rotated' },
    onReuse: 'reject',
    mayLose: true,
  },
  {
    name: 'rotates-never',
    settings: { rotation: 'never', refresh_token_in_answer: 'when_rotated' },
    onReuse: 'reject',
    mayLose: false,
  },
  { name: 'tells-no-expiry', settings: { expires_in_in_answer: false }, onReuse: 'reject', mayLose: true },
  { name: 'revokes-family', settings: { on_reuse: 'revoke_family' }, onReuse: 'revoke_family', mayLose: true },
  {
    name: 'takes-replays',
    settings: { on_reuse: 'grace', grace_seconds: 86_400 },
    onReuse: 'grace',
    mayLose: false,
  },
  {
    name: 'races',
    settings: { race: 'check_then_rotate', race_window_ms: 20 },
    onReuse: 'reject',
    mayLose: true,
  },
  { name: MANAGED, settings: undefined, onReuse: 'reject', mayLose: false },
];

/** The keeper's provider for a kind that is played at `url`. */
export function providerOf({ name, settings, onReuse }: Kind, url: string): Provider {
  const common = { upstreamTimeoutMs: DEFAULT_BOUNDS.upstreamMs, now: () => Date.now() };
  if (settings === undefined) {
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
