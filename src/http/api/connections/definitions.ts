import { z } from '@hono/zod-openapi';
import type { Caller } from '../../../callers/caller.ts';
import { subjectOf } from '../../request/authenticate.ts';
import type { Call } from '../../endpoint.ts';
import { ProblemError } from '../../response/problem.ts';
import { CALLER_SECURITY, problem, SUBJECT_PARAMETER } from '../definitions.ts';

/** The provider in a path. */
export const PROVIDER_PARAMETER = z.object({ provider: z.string().openapi({ example: 'cronofy' }) });

/** What all routes of connections may answer. */
export const CONNECTION_PROBLEMS = {
  401: problem('The caller is not known'),
  403: problem('The key may not act for this user'),
  404: problem('There is no such provider here, or no connection'),
};

/** What all of them have. */
export const CONNECTION_ROUTE = {
  tags: ['Connections'],
  security: CALLER_SECURITY,
  parameters: [SUBJECT_PARAMETER],
};

/**
 * Whose connection to which provider a call is about.
 *
 * @param providers the names of all that are served
 * @throws ProblemError 404 for a provider that is not among them
 */
export function connectionAskedFor(call: Call, caller: Caller, providers: readonly string[]) {
  const provider = call.parameters['provider'] ?? '';
  if (providers.includes(provider)) {
    return { provider, subject: subjectOf(caller, call) };
  }
  const known = providers.length === 0 ? 'none' : providers.join(', ');
  throw new ProblemError(404, 'provider_not_configured', `There is no such provider here. There are: ${known}.`);
}
