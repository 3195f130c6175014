import type { ReuseBehaviour } from '../../../src/providers/provider.ts';

/** One kind of provider, as the sandbox plays it and as the keeper is told of it. */
export interface Kind {
  /** Its provider's name as well. */
  readonly name: string;
  /** Which of the sandbox's servers plays it. */
  readonly played: 'oauth-2' | 'cronofy' | 'cal-com';
  /** That server's switches. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly onReuse: ReuseBehaviour;
  /** True where an answer lost after the provider's work costs the user a new consent: nobody can help it. */
  readonly mayLose: boolean;
  /** How many refreshes of a new consent leave its refresh token in force, before one spends it. */
  readonly usesBeforeRotation: number;
}

export const MANAGED = 'cal-com-managed';

const OAUTH_2 = { played: 'oauth-2', onReuse: 'reject', mayLose: true, usesBeforeRotation: 0 } as const;

/** Every kind of which something is promised. */
export const KINDS: readonly Kind[] = [
  { ...OAUTH_2, name: 'rotates-always', settings: { rotation: 'always' } },
  {
    ...OAUTH_2,
    name: 'rotates-sometimes',
    settings: { rotation: 'every:2', refresh_token_in_answer: 'when_rotated' },
    usesBeforeRotation: 1,
  },
  {
    ...OAUTH_2,
    name: 'rotates-never',
    settings: { rotation: 'never', refresh_token_in_answer: 'when_rotated' },
    mayLose: false,
  },
  { ...OAUTH_2, name: 'tells-no-expiry', settings: { expires_in_in_answer: false } },
  { ...OAUTH_2, name: 'revokes-family', settings: { on_reuse: 'revoke_family' }, onReuse: 'revoke_family' },
  {
    ...OAUTH_2,
    name: 'takes-replays',
    settings: { on_reuse: 'grace', grace_seconds: 86_400 },
    onReuse: 'grace',
    mayLose: false,
  },
  { ...OAUTH_2, name: 'races', settings: { race: 'check_then_rotate', race_window_ms: 20 } },
  {
    name: 'cronofy',
    played: 'cronofy',
    settings: { rotation: 'every:3', rate_limit_per_second: null, rate_limit_per_minute: null },
    onReuse: 'reject',
    mayLose: true,
    usesBeforeRotation: 2,
  },
  // Of the readings of Cal.com the one in which a refresh token is good once.
  {
    name: 'cal-com',
    played: 'cal-com',
    settings: { oauth_rotation: 'single_use', rate_limit_per_minute: 0 },
    onReuse: 'reject',
    mayLose: true,
    usesBeforeRotation: 0,
  },
  {
    name: MANAGED,
    played: 'cal-com',
    settings: { rate_limit_per_minute: 0 },
    onReuse: 'reject',
    mayLose: false,
    usesBeforeRotation: 0,
  },
];
