import { createRoute, z } from '@hono/zod-openapi';
import { TrustUnavailableError } from '../../callers/trust-unavailable-error.ts';
import { StoreUnavailableError } from '../../grants/errors.ts';
import { jsonAnswer } from '../response/answer.ts';
import type { Endpoint, Route } from '../endpoint.ts';
import { ProblemError } from '../response/problem.ts';
import type { HttpServices } from '../services.ts';
import { documented, json, problem } from './definitions.ts';

const statusSchema = z.object({ status: z.literal('ok') }).openapi('Status');

const healthRoute = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'health',
  summary: 'Is the process alive?',
  tags: ['Operations'],
  responses: { 200: json(statusSchema, 'It is') },
});

const readinessRoute = createRoute({
  method: 'get',
  path: '/readyz',
  operationId: 'readiness',
  summary: 'Can it serve?',
  tags: ['Operations'],
  responses: { 200: json(statusSchema, 'It can'), 503: problem('A part that every call needs does not answer') },
});

/** The routes for liveness and readiness probes. */
export function operationsRoutes(services: HttpServices): Route[] {
  return [documented(healthRoute, () => OK), documented(readinessRoute, readiness(services))];
}

const OK = jsonAnswer({ status: 'ok' });

function readiness(services: HttpServices): Endpoint {
  // Probes come every few seconds, so the log reports a failure only when it changes.
  let said: string | undefined;
  return async () => {
    try {
      await services.checkReadiness();
    } catch (cause) {
      const detail = detailOf(cause);
      if (said !== detail) services.logger.warn({ err: cause }, 'not ready');
      said = detail;
      return new ProblemError(503, 'not_ready', detail, { headers: { 'retry-after': '5' } }).toAnswer();
    }
    if (said !== undefined) services.logger.info('ready again');
    said = undefined;
    return OK;
  };
}

function detailOf(cause: unknown): string {
  return cause instanceof StoreUnavailableError || cause instanceof TrustUnavailableError
    ? cause.message
    : 'A part that every call needs does not answer; the log says which.';
}
