import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { OAuth2Definition } from '../providers/oauth-2-definition.ts';
import { READY_DEFINITIONS } from '../providers/ready/index.ts';
import type { Secret } from '../secret.ts';
import { parseClientSecret } from './clients.ts';
import type { Environment } from './env.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import { parseSecureUrl } from './urls.ts';

/** Providers of the operator's own, and their clients' secrets by the providers' names. */
export interface DefinedProviders {
  readonly definitions: readonly OAuth2Definition[];
  readonly secrets: Readonly<Record<string, Secret>>;
}

const NONE: DefinedProviders = { definitions: [], secrets: {} };
/** Providers that have variables of their own. */
const TAKEN = ['cal-com', 'cal-com-managed', 'cronofy'];
const MOST_BYTES = 1_000_000;

const endpoint = z.string().refine(isSecure, 'is not an https URL (http only for localhost)');
const seconds = z.int().min(1);
const signal = z.strictObject({ status: z.int().min(400).max(599), error: z.string(), at: z.string().optional() });
const account = z.strictObject({
  url: endpoint,
  id: z.string(),
  email: z.string().optional(),
  username: z.string().optional(),
  name: z.string().optional(),
  time_zone: z.string().optional(),
});

const schema = z.record(
  z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'is not a name: lower case letters, digits and hyphens'),
  z.strictObject({
    preset: z.enum(Object.keys(READY_DEFINITIONS)).optional(),
    client_id: z.string().regex(/^[\x21-\x7e]{1,255}$/),
    client_secret_env: z.string().optional(),
    token_url: endpoint.optional(),
    refresh_url: endpoint.optional(),
    revoke_url: endpoint.optional(),
    client_auth: z.enum(['body', 'basic', 'none']).optional(),
    body: z.enum(['form', 'json']).optional(),
    on_reuse: z.enum(['reject', 'grace', 'revoke_family']).optional(),
    requests_per_minute: z.int().min(1).optional(),
    dead_grant: z.array(signal).optional(),
    wrong_client: z.array(signal).optional(),
    default_access_ttl_seconds: seconds.optional(),
    longest_access_ttl_seconds: seconds.optional(),
    refresh_ttl_seconds: seconds.optional(),
    authorize_url: endpoint.optional(),
    scopes: z.array(z.string()).optional(),
    scope_separator: z.string().optional(),
    authorize_parameters: z.record(z.string(), z.string()).optional(),
    pkce: z.boolean().optional(),
    issuer: z.string().optional(),
    account: account.optional(),
  }),
);

type Written = z.infer<typeof schema>[string];

/** Reads the file that `EVERGRANT_PROVIDERS` names; what is wrong with it is noted in `settings`. */
export function decideProviders(settings: Settings, environment: Environment): DefinedProviders {
  return settings.read('EVERGRANT_PROVIDERS', (path) => definedIn(path, environment)) ?? NONE;
}

function definedIn(path: string, environment: Environment): DefinedProviders {
  const parsed = schema.safeParse(contentOf(path));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new Refusal(
      `names a file in which ${where === '' ? 'the whole' : `"${where}"`} is wrong (${issue?.message ?? ''})`,
      'Accepted: an object of providers by name, as docs/providers/adding.md describes them.',
    );
  }
  const entries = Object.entries(parsed.data);
  return {
    definitions: entries.map(([name, written]) => definition(name, written)),
    secrets: Object.fromEntries(
      entries.flatMap(([name, written]) => {
        const secret = secretOf(name, written, environment);
        return secret === undefined ? [] : [[name, secret]];
      }),
    ),
  };
}

function contentOf(path: string): unknown {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > MOST_BYTES) throw new Error('it is too large');
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(`names a file that cannot be read as JSON (${why})`, 'Accepted: the path of a JSON file.');
  }
}

function definition(name: string, written: Written): OAuth2Definition {
  if (TAKEN.includes(name)) {
    throw new Refusal(`defines "${name}", which has variables of its own`, 'Accepted: another name.');
  }
  const ready = written.preset === undefined ? undefined : READY_DEFINITIONS[written.preset];
  const tokenUrl = written.token_url ?? ready?.tokenUrl;
  if (tokenUrl === undefined) {
    throw new Refusal(
      `defines "${name}" without token_url`,
      `Accepted: a token_url, or a preset: ${Object.keys(READY_DEFINITIONS).join(', ')}.`,
    );
  }
  const authorization = authorizationOf(name, written, ready);
  return {
    clientAuth: 'body',
    body: 'form',
    onReuse: 'reject',
    ...ready,
    name,
    clientId: written.client_id,
    tokenUrl,
    ...given({
      refreshUrl: written.refresh_url,
      revokeUrl: written.revoke_url,
      clientAuth: written.client_auth,
      body: written.body,
      onReuse: written.on_reuse,
      requestsPerMinute: written.requests_per_minute,
      deadGrant: written.dead_grant,
      wrongClient: written.wrong_client,
      defaultAccessTtlSeconds: written.default_access_ttl_seconds,
      longestAccessTtlSeconds: written.longest_access_ttl_seconds,
      refreshTtlSeconds: written.refresh_ttl_seconds,
      authorization,
    }),
  } as OAuth2Definition;
}

function authorizationOf(name: string, written: Written, ready: Partial<OAuth2Definition> | undefined) {
  const url = written.authorize_url ?? ready?.authorization?.url;
  if (url === undefined) return undefined;
  const described = written.account === undefined ? undefined : accountOf(written.account);
  const place = described ?? ready?.authorization?.account;
  if (place === undefined) {
    throw new Refusal(
      `defines "${name}" with authorize_url and without account`,
      'Accepted: an account with the url that describes it and where its id stands there.',
    );
  }
  return {
    scopes: [],
    ...ready?.authorization,
    url,
    account: place,
    ...given({
      scopes: written.scopes,
      scopeSeparator: written.scope_separator,
      parameters: written.authorize_parameters,
      pkce: written.pkce,
      issuer: written.issuer,
    }),
  };
}

function accountOf({ time_zone: timeZone, ...rest }: z.infer<typeof account>) {
  return { ...given(rest), ...given({ timeZone }) };
}

function secretOf(name: string, written: Written, environment: Environment): Secret | undefined {
  const { client_secret_env: variable, client_auth: method, preset } = written;
  const auth = method ?? (preset === undefined ? 'body' : READY_DEFINITIONS[preset]?.clientAuth);
  if (auth === 'none') return undefined;
  const text = variable === undefined ? undefined : environment[variable]?.trim();
  if (text !== undefined && text !== '') return parseClientSecret(text);
  throw new Refusal(
    variable === undefined
      ? `defines "${name}" without client_secret_env`
      : `takes the secret of "${name}" from ${variable}, which is not set`,
    'Accepted: client_secret_env, the name of the variable that holds the secret; or client_auth "none" for a public client.',
  );
}

/** Only what is there: an absent member must not hide the preset's. */
function given<Members extends object>(members: Members): Partial<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<Members>;
}

function isSecure(text: string): boolean {
  try {
    // The URL itself is the provider's, to the letter.
    parseSecureUrl(text.split('?', 1)[0] ?? '');
    return true;
  } catch {
    return false;
  }
}
