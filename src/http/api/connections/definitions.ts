import { z } from '@hono/zod-openapi';
import type { Caller } from '../../../callers/caller.ts';
import { subjectOf } from '../../request/authenticate.ts';
import type { Call } from '../../endpoint.ts';
import { ProblemError } from '../../response/problem.ts';
import { CALLER_SECURITY, problem, SUBJECT_PARAMETER } from '../definitions.ts';

/** The path parameter that names the provider. */
export const PROVIDER_PARAMETER = z.object({ provider: z.string().openapi({ example: 'cronofy' }) });

/** The problems that all connection routes may return. */
export const CONNECTION_PROBLEMS = {
  401: problem('The caller is not known'),
  403: problem('The key may not act for this user'),
  404: problem('There is no such provider here, or no connection'),
};

/** The definition that all connection routes share. */
export const CONNECTION_ROUTE = {
  tags: ['Connections'],
  security: CALLER_SECURITY,
  parameters: [SUBJECT_PARAMETER],
};

/**
 * The provider and the subject that a call is about.
 *
 * @param providers the names of all providers served
 * @throws ProblemError 404 for an unknown provider, and as {@link subjectOf}
 */
export function connectionAskedFor(call: Call, caller: Caller, providers: readonly string[]) {
  const provider = call.parameters['provider'] ?? '';
  if (providers.includes(provider)) {
    return { provider, subject: subjectOf(caller, call) };
  }
  const known = providers.length === 0 ? 'none' : providers.join(', ');
  throw new ProblemError(404, 'provider_not_configured', `There is no such provider here. There are: ${known}.`);
}
