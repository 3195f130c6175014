import type { ReadyDefinition } from '../definition.ts';

/**
 * Dropbox: access tokens last four hours; the refresh token does not end, and no refresh gives another. Its revocation is
 * not RFC 7009. Facts of November 2026, from dropbox.tech/developers/using-oauth-2-0-with-offline-access and
 * www.dropbox.com/developers/documentation/http/documentation#users-get_current_account.
 */
export const DROPBOX: ReadyDefinition = {
  tokenUrl: 'https://api.dropboxapi.com/oauth2/token',
  clientAuth: 'body',
  body: 'form',
  onReuse: 'accept',
  defaultAccessTtlSeconds: 14_400,
  authorization: {
    url: 'https://www.dropbox.com/oauth2/authorize',
    scopes: ['account_info.read'],
    parameters: { token_access_type: 'offline' },
    account: {
      url: 'https://api.dropboxapi.com/2/users/get_current_account',
      method: 'POST',
      id: 'account_id',
      email: 'email',
      name: 'name.display_name',
    },
  },
};
