import { Hono } from 'hono';
import { z } from 'zod';
import { parseOrRefuse } from '../../control/bad-request.ts';
import { readJson } from '../../control/read-json.ts';

const HOUR = 3_600;
const DAY = 86_400;

/** A provider whose refresh token stays as it is, and is not told again. */
const ONE_REFRESH_TOKEN = { rotation: 'never', refresh_token_in_answer: 'when_rotated' };

/**
 * The settings that make the server behave as a provider does, as far as it documents it. Facts of November 2026; where
 * each is from, the provider's own documentation says.
 */
const PROVIDERS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  calendly: {
    access_ttl_seconds: 2 * HOUR,
    client_auth: 'body',
    body: 'form',
    extra_fields: { created_at: '{now}', owner: 'https://api.calendly.com/users/{sub}' },
    account_fields: {
      resource: {
        uri: 'https://api.calendly.com/users/{sub}',
        email: '{email}',
        name: '{name}',
        timezone: 'Europe/Berlin',
      },
    },
    userinfo_scope: 'users:read',
  },
  google: {
    ...ONE_REFRESH_TOKEN,
    access_ttl_seconds: HOUR - 1,
    refresh_ttl_from: 'last_use',
    refresh_ttl_seconds: 180 * DAY,
    refresh_token_on_consent: 'access_type_offline',
    id_token_claims: { email: '{email}' },
    invalid_grant_fields: { error_description: 'Token has been expired or revoked.' },
    revoke_unknown_token: 'refuse',
  },
  microsoft: {
    rotation: 'always',
    rotated_refresh_token: 'kept',
    refresh_ttl_seconds: 90 * DAY,
    refresh_token_on_consent: 'offline_access',
    id_token_claims: {},
    extra_fields: { ext_expires_in: HOUR },
  },
  github: {
    access_ttl_seconds: 1e9,
    expires_in_in_answer: false,
    refresh_token_on_consent: 'never',
    client_auth: 'body',
    token_type: 'bearer',
    token_answer_as: 'form_unless_json_is_accepted',
    refusal_status: 200,
    invalid_grant_fields: { error: 'bad_verification_code' },
    invalid_client_status: 200,
    invalid_client_fields: { error: 'incorrect_client_credentials' },
    account_fields: { id: '{sub}', login: '{name}', email: '{email}', name: null },
  },
  'github-app': {
    access_ttl_seconds: 8 * HOUR,
    refresh_ttl_seconds: 15_811_200,
    refresh_token_expires_in_in_answer: true,
    refresh_ends_access_tokens: true,
    client_auth: 'body',
    token_type: 'bearer',
    token_answer_as: 'form_unless_json_is_accepted',
    refusal_status: 200,
    invalid_grant_fields: { error: 'bad_refresh_token' },
    invalid_client_status: 200,
    invalid_client_fields: { error: 'incorrect_client_credentials' },
    account_fields: { id: '{sub}', login: '{name}', email: '{email}', name: null },
  },
  slack: {
    access_ttl_seconds: 12 * HOUR,
    pkce: 'ignored',
    iss_in_redirect: false,
    token_type: 'bot',
    extra_fields: {
      ok: true,
      app_id: 'A0',
      bot_user_id: 'B-{sub}',
      team: { id: 'T-{sub}', name: 'Team of {name}' },
      enterprise: null,
      authed_user: { id: 'U-{sub}' },
    },
    refusal_status: 200,
    invalid_grant_fields: { ok: false, error: 'invalid_refresh_token' },
    invalid_client_status: 200,
    invalid_client_fields: { ok: false, error: 'bad_client_secret' },
  },
  notion: {
    client_auth: 'basic',
    body: 'json',
    pkce: 'ignored',
    required_headers: { 'notion-version': '2026-03-11' },
    expires_in_in_answer: false,
    scope_in_answer: false,
    token_type: 'bearer',
    extra_fields: {
      bot_id: 'bot-{sub}',
      workspace_id: 'workspace-1',
      workspace_name: 'Workspace',
      owner: { type: 'user', user: { id: '{sub}', name: '{name}', person: { email: '{email}' } } },
      duplicated_template_id: null,
    },
  },
  linkedin: {
    access_ttl_seconds: 60 * DAY,
    rotation: 'never',
    refresh_ttl_seconds: 365 * DAY,
    refresh_token_expires_in_in_answer: true,
    client_auth: 'body',
    body: 'form',
    pkce: 'ignored',
    id_token_claims: { email: '{email}' },
  },
  hubspot: {
    access_ttl_seconds: HOUR / 2,
    rotation: 'never',
    client_auth: 'body',
    body: 'form',
    invalid_grant_fields: { status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token', error: null },
    account_fields: { portalId: '{sub}', accountType: 'STANDARD', timeZone: 'US/Eastern', uiDomain: 'app.hubspot.com' },
  },
  salesforce: {
    ...ONE_REFRESH_TOKEN,
    access_ttl_seconds: 2 * HOUR,
    expires_in_in_answer: false,
    extra_fields: {
      id: 'https://login.salesforce.com/id/00D/{sub}',
      instance_url: 'https://{sub}.my.salesforce.com',
      issued_at: '{now}',
      signature: 'c2FuZGJveA',
    },
    invalid_grant_fields: { error_description: 'expired access/refresh token' },
  },
  zoom: {
    access_ttl_seconds: HOUR - 1,
    client_auth: 'basic',
    body: 'form',
    extra_fields: { api_url: 'https://api.zoom.us' },
    invalid_grant_fields: { reason: 'Invalid Token!' },
    account_fields: { id: '{sub}', email: '{email}', display_name: '{name}', timezone: 'Europe/Berlin' },
  },
  dropbox: {
    ...ONE_REFRESH_TOKEN,
    access_ttl_seconds: 4 * HOUR,
    token_type: 'bearer',
    extra_fields: { uid: '1', account_id: 'dbid:{sub}' },
    account_method: 'POST',
    account_fields: { account_id: 'dbid:{sub}', email: '{email}', name: { display_name: '{name}' } },
  },
  atlassian: {
    body: 'json',
    refresh_ttl_seconds: 90 * DAY,
    refresh_token_on_consent: 'offline_access',
    on_reuse: 'grace',
    grace_seconds: 600,
    refusal_status: 403,
    invalid_grant_fields: { error_description: 'Unknown or invalid refresh token.' },
    account_fields: { account_type: 'atlassian', account_id: '{sub}', email: '{email}', name: '{name}' },
    userinfo_scope: 'read:me',
  },
  quickbooks: {
    rotation: 'every:24',
    refresh_ttl_from: 'last_use',
    refresh_ttl_seconds: 100 * DAY,
    client_auth: 'basic',
    body: 'form',
    token_type: 'bearer',
    callback_fields: { realmId: '4620816365' },
    extra_fields: { x_refresh_token_expires_in: 100 * DAY },
    id_token_claims: { email: '{email}' },
  },
  xero: {
    access_ttl_seconds: HOUR / 2,
    refresh_ttl_seconds: 60 * DAY,
    refresh_token_on_consent: 'offline_access',
    on_reuse: 'grace',
    grace_seconds: 1_800,
    client_auth: 'basic',
    body: 'form',
    id_token_claims: { email: '{email}', name: '{name}' },
  },
  zoho: {
    ...ONE_REFRESH_TOKEN,
    client_auth: 'body',
    body: 'form',
    refresh_token_on_consent: 'access_type_offline',
    scope_in_answer: false,
    extra_fields: { api_domain: 'https://www.zohoapis.com' },
    refusal_status: 200,
    invalid_grant_fields: { error: 'invalid_code' },
    invalid_client_status: 200,
    invalid_client_fields: { error: 'invalid_client' },
    revoke_unknown_token: 'refuse',
    account_fields: { ZUID: '{sub}', Email: '{email}', Display_Name: '{name}' },
  },
};

const wanted = z.strictObject({ name: z.enum(Object.keys(PROVIDERS)) });

/**
 * `GET providers` names the providers that the server can play, and `PUT provider` has it play one: every setting that the
 * provider's traits do not name is as at the start.
 */
export function providerRoutes(settings: {
  reset(): void;
  change(input: unknown): void;
  readonly values: object;
}): Hono {
  const routes = new Hono({ strict: false });
  routes.get('/providers', (c) => c.json(Object.keys(PROVIDERS)));
  routes.put('/provider', async (c) => {
    const { name } = parseOrRefuse(wanted, await readJson(c.req.raw), () => Object.keys(PROVIDERS).join(', '));
    settings.reset();
    settings.change(PROVIDERS[name]);
    return c.json(settings.values);
  });
  return routes;
}
