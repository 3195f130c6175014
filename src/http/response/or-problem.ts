import type { Logger } from 'pino';
import type { Answer, Endpoint } from '../endpoint.ts';
import { toProblem } from './to-problem.ts';

/** The endpoint with an answer for every failure as well. */
export function orProblem(endpoint: Endpoint, logger: Logger): (...call: Parameters<Endpoint>) => Promise<Answer> {
  return async (call) => {
    try {
      return await endpoint(call);
    } catch (error) {
      return problemAnswer(error, call.path, logger);
    }
  };
}

/** A failure as an answer; what is no fault of the caller's is logged. @param path what was asked for */
export function problemAnswer(error: unknown, path: string, logger: Logger): Answer {
  const problem = toProblem(error);
  if (problem.status >= 500) {
    const { cause } = problem;
    logger.error({ err: cause ?? problem, code: problem.code, path }, problem.message);
  }
  return problem.toAnswer();
}
