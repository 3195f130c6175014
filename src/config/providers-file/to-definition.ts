import type { OAuth2Definition } from '../../providers/oauth-2/definition.ts';
import { READY_DEFINITIONS } from '../../providers/oauth-2/ready/index.ts';
import type { WrittenProvider } from './schema.ts';
import { filledIn } from './url-schema.ts';

/** The definition of a provider: what the file says of it, and what its preset says besides. */
export function toDefinition(name: string, written: WrittenProvider): OAuth2Definition {
  const { parameters, ...ready } = written.preset === undefined ? {} : (READY_DEFINITIONS[written.preset] ?? {});
  const authorization = authorizationOf(written, ready);
  const merged = {
    clientAuth: 'body',
    body: 'form',
    onReuse: 'reject',
    ...ready,
    name,
    clientId: written.client_id,
    ...given({
      tokenUrl: written.token_url,
      refreshUrl: written.refresh_url,
      revokeUrl: written.revoke_url,
      clientAuth: written.client_auth,
      clientKey: clientKeyOf(written),
      body: written.body,
      headers: written.headers,
      tokenParameters: written.token_parameters,
      refreshParameters: written.refresh_parameters,
      refreshScopes: written.refresh_scopes,
      revokeParameters: written.revoke_parameters,
      onReuse: written.on_reuse,
      requestsPerMinute: written.requests_per_minute,
      deadGrant: written.dead_grant,
      wrongClient: written.wrong_client,
      accessTokenAt: written.access_token_at,
      refreshTokenAt: written.refresh_token_at,
      tokenTypes: written.token_types,
      defaultAccessTtlSeconds: written.default_access_ttl_seconds,
      longestAccessTtlSeconds: written.longest_access_ttl_seconds,
      refreshTtlSeconds: written.refresh_ttl_seconds,
      refreshIdleTtlSeconds: written.refresh_idle_ttl_seconds,
      handOn: written.hand_on,
      authorization,
    }),
    // Missing required members have been rejected already.
  } as OAuth2Definition;
  return withUrls(merged, { ...parameters, ...written.parameters });
}

/** Fills in the names in curly braces in all URLs. */
function withUrls(definition: OAuth2Definition, values: Readonly<Record<string, string>>): OAuth2Definition {
  const fill = (text: string | undefined) => (text === undefined ? undefined : filledIn(text, values));
  const { tokenUrl, refreshUrl, revokeUrl, authorization: page } = definition;
  const { account } = page ?? {};
  return {
    ...definition,
    tokenUrl: filledIn(tokenUrl, values),
    ...given({ refreshUrl: fill(refreshUrl), revokeUrl: fill(revokeUrl) }),
    ...(page && {
      authorization: {
        ...page,
        url: filledIn(page.url, values),
        account: { ...page.account, ...given({ url: fill(account?.url) }) },
        ...given({ issuer: fill(page.issuer) }),
      },
    }),
  };
}

function clientKeyOf({ client_key: key }: WrittenProvider): OAuth2Definition['clientKey'] {
  return key && given({ alg: key.alg, kid: key.kid, audience: key.audience });
}

function authorizationOf(written: WrittenProvider, ready: Partial<OAuth2Definition> | undefined) {
  const url = written.authorize_url ?? ready?.authorization?.url;
  const account = written.account === undefined ? ready?.authorization?.account : toAccount(written.account);
  if (url === undefined || account === undefined) return undefined;
  return {
    scopes: [],
    ...ready?.authorization,
    url,
    account,
    ...given({
      scopes: written.scopes,
      scopeSeparator: written.scope_separator,
      parameters: written.authorize_parameters,
      pkce: written.pkce,
      issuer: written.issuer,
      redirectUri: written.redirect_uri,
    }),
  };
}

function toAccount({ time_zone: timeZone, ...rest }: NonNullable<WrittenProvider['account']>) {
  return given({ ...rest, timeZone });
}

/** Drops undefined members, which would otherwise hide the preset's. */
export function given<Members extends object>(
  members: Members,
): { readonly [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as ReturnType<typeof given<Members>>;
}
