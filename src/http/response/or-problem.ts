import type { Logger } from 'pino';
import type { Answer, Endpoint } from '../endpoint.ts';
import { toProblem } from './to-problem.ts';

/** Wraps an endpoint so that a failure becomes a problem response. */
export function orProblem(endpoint: Endpoint, logger: Logger): (...call: Parameters<Endpoint>) => Promise<Answer> {
  return async (call) => {
    try {
      return await endpoint(call);
    } catch (error) {
      return problemAnswer(error, call.path, logger);
    }
  };
}

/**
 * Turns a failure into a response, and logs it unless the caller is at fault.
 *
 * @param path the path requested, for the log
 */
export function problemAnswer(error: unknown, path: string, logger: Logger): Answer {
  const problem = toProblem(error);
  if (problem.status >= 500) {
    const { cause } = problem;
    logger.error({ err: cause ?? problem, code: problem.code, path }, problem.message);
  }
  return problem.toAnswer();
}
