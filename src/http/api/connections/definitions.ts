import { z } from '@hono/zod-openapi';
import type { Caller } from '../../../callers/caller.ts';
import { connectionKey, isConnectionName } from '../../../grants/connection-key.ts';
import { subjectOf } from '../../request/authenticate.ts';
import type { Call } from '../../endpoint.ts';
import { ProblemError } from '../../response/problem.ts';
import { allQuery } from '../../request/query.ts';
import type { HttpSettings } from '../../services.ts';
import { CALLER_SECURITY, problem, SUBJECT_PARAMETER } from '../definitions.ts';

/** The path parameter that names the provider. */
export const PROVIDER_PARAMETER = z.object({ provider: z.string().openapi({ example: 'cronofy' }) });

/** The problems that all connection routes may return. */
export const CONNECTION_PROBLEMS = {
  401: problem('The caller is not known'),
  403: problem('The key may not act for this user'),
  404: problem('There is no such provider here, or no connection'),
};

/** What the name of a connection can be. */
export const ACCEPTED_NAME =
  'Accepted is a name of your choice: up to 64 letters, digits and . _ @ + -, a letter or digit first.';

/** The query parameter that names one of several connections to a provider. */
const CONNECTION_PARAMETER = {
  name: 'connection',
  in: 'query' as const,
  required: false,
  schema: { type: 'string' as const, example: 'work' },
  description:
    'Which of the user’s connections to this provider is meant, where there are several; by default the one without a name. In requests with a body, a field of the same name will do.',
};

/** The definition that all connection routes share. */
export const CONNECTION_ROUTE = {
  tags: ['Connections'],
  security: CALLER_SECURITY,
  parameters: [SUBJECT_PARAMETER],
};

/** The definition that the routes of one connection share. */
export const ONE_CONNECTION_ROUTE = { ...CONNECTION_ROUTE, parameters: [SUBJECT_PARAMETER, CONNECTION_PARAMETER] };

/**
 * The provider, the subject and the connection that a call is about. `key` is how the keeper and linking know it.
 *
 * @param settings the providers served
 * @param inBody the connection that the body names, if any
 * @throws ProblemError 404 for an unknown provider, 400 for a bad or ambiguous name, and as {@link subjectOf}
 */
export function connectionAskedFor(
  call: Call,
  caller: Caller,
  { providers, provisioned }: Pick<HttpSettings, 'providers' | 'provisioned'>,
  inBody?: string,
) {
  const provider = call.parameters['provider'] ?? '';
  if (providers.includes(provider)) {
    const subject = subjectOf(caller, call);
    const connection = nameIn(call, inBody);
    if (connection !== undefined && provisioned.includes(provider)) {
      throw badName(`${provider} makes one account for each user, so its connections have no names. Leave it out.`);
    }
    return { provider, subject, connection, key: connectionKey({ subject, connection }) };
  }
  const known = providers.length === 0 ? 'none' : providers.join(', ');
  throw new ProblemError(404, 'provider_not_configured', `There is no such provider here. There are: ${known}.`);
}

function nameIn(call: Call, inBody: string | undefined): string | undefined {
  const inQuery = allQuery(call, 'connection');
  const given = [...new Set(inBody === undefined ? inQuery : [...inQuery, inBody])];
  if (given.length > 1) throw badName('It is named more than once, and not alike.');
  const [name] = given;
  if (name !== undefined && !isConnectionName(name)) throw badName(ACCEPTED_NAME);
  return name;
}

function badName(message: string): ProblemError {
  return new ProblemError(400, 'invalid_request', 'The name of the connection is not valid. See "errors".', {
    errors: [{ field: 'connection', message }],
  });
}
