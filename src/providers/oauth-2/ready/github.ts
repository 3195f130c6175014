import type { ErrorSignal, ReadyDefinition } from '../definition.ts';

/** GitHub answers errors with status 200. */
const WRONG_CLIENT: readonly ErrorSignal[] = [{ status: 200, error: 'incorrect_client_credentials' }];

const PAGE = {
  url: 'https://github.com/login/oauth/authorize',
  account: {
    url: 'https://api.github.com/user',
    headers: { accept: 'application/vnd.github+json' },
    id: 'id',
    username: 'login',
    email: 'email',
    name: 'name',
  },
} as const;

/**
 * An OAuth app at GitHub: one access token that never expires, and no refresh token. Its revocation is not RFC 7009. Facts
 * of November 2026, from docs.github.com: /apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps and
 * /apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors.
 */
export const GITHUB: ReadyDefinition = {
  tokenUrl: 'https://github.com/login/oauth/access_token',
  clientAuth: 'body',
  body: 'form',
  onReuse: 'reject',
  deadGrant: [{ status: 200, error: 'bad_verification_code' }],
  wrongClient: WRONG_CLIENT,
  authorization: { ...PAGE, scopes: ['read:user', 'user:email'] },
};

/**
 * A GitHub App whose user tokens expire: after eight hours, the refresh token after six months; a refresh ends both at
 * once. What it may do is set with the app, so no scope is asked for. Facts of November 2026, from docs.github.com:
 * /apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens; `bad_refresh_token` from
 * public clients of it.
 */
export const GITHUB_APP: ReadyDefinition = {
  ...GITHUB,
  deadGrant: [
    { status: 200, error: 'bad_refresh_token' },
    { status: 200, error: 'bad_verification_code' },
  ],
  defaultAccessTtlSeconds: 28_800,
  authorization: { ...PAGE, scopes: [] },
};
