import type { DefinedProvider } from '../../providers/family.ts';
import type { OAuth2Definition } from '../../providers/oauth-2/definition.ts';
import { READY_DEFINITIONS } from '../../providers/oauth-2/ready/index.ts';
import type { Secret } from '../../secret.ts';
import { parseClientSecret } from '../values.ts';
import type { Environment } from '../env.ts';
import { readJsonFile } from './json-file.ts';
import { kindOf, placeOf, readProvider, type Fault } from './problems.ts';
import type { WrittenProvider } from './schema.ts';
import { Refusal } from '../refusal.ts';
import type { Settings } from '../settings.ts';
import type { VariableName } from '../variables.ts';

/**
 * Reads the providers file that `variable` names. Problems are recorded in `settings`.
 *
 * @param environment holds the secrets that the file refers to
 */
export function readDefinitions(
  settings: Settings,
  variable: VariableName,
  environment: Environment,
): readonly DefinedProvider[] {
  const content = settings.read(variable, (path) => providersIn(readJsonFile(path))) ?? [];
  const refuse = ({ where, problem, accepted }: Fault) => {
    settings.refuse(variable, `names a file in which ${where} ${problem}`, accepted);
  };
  return content.flatMap(([name, entry]) => {
    const { written, secretVariable, faults } = readProvider(name, entry);
    faults.forEach(refuse);
    const clientSecret = secretVariable === undefined ? undefined : secretIn(environment[secretVariable]?.trim() ?? '');
    if (clientSecret instanceof Refusal) {
      const { problem, accepted } = clientSecret;
      refuse({ where: placeOf(name, ['client_secret_env']), problem, accepted });
    }
    if (written === undefined || clientSecret instanceof Refusal) return [];
    return [{ definition: definition(name, written), clientSecret }];
  });
}

function providersIn(content: unknown): [name: string, entry: unknown][] {
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return Object.entries(content);
  throw new Refusal(
    `names a file that holds ${kindOf(content)}, and must be an object of providers by name`,
    'Accepted: providers by name, as docs/providers/adding.md describes them.',
  );
}

/** The message does not repeat the variable's name, since somebody may have written the secret itself there. */
function secretIn(text: string): Secret | Refusal {
  try {
    if (text !== '') return parseClientSecret(text);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return new Refusal(`names a variable whose value ${error.problem}`, error.accepted);
  }
  return new Refusal(
    'names a variable that is not set',
    'Accepted: the name of the environment variable that holds the secret, not the secret itself.',
  );
}

function definition(name: string, written: WrittenProvider): OAuth2Definition {
  const ready = written.preset === undefined ? undefined : READY_DEFINITIONS[written.preset];
  const authorization = authorizationOf(written, ready);
  return {
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
      body: written.body,
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
      authorization,
    }),
    // Missing required members have been rejected already.
  } as OAuth2Definition;
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
    }),
  };
}

function toAccount({ time_zone: timeZone, ...rest }: NonNullable<WrittenProvider['account']>) {
  return { ...given(rest), ...given({ timeZone }) };
}

/** Drops undefined members, which would otherwise hide the preset's. */
function given<Members extends object>(members: Members): Partial<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<Members>;
}
