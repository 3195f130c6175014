import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { jsonAnswer } from '../answer.ts';
import { ProblemError } from '../problem.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { json, problem } from './definitions.ts';

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

/** Health and readiness, for whatever watches the process. */
export function mountOperations(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  for (const route of [healthRoute, readinessRoute]) app.openAPIRegistry.registerPath(route);
  app.get(healthRoute.path, () => jsonAnswer({ status: 'ok' }));
  app.get(readinessRoute.path, async () => {
    try {
      await services.checkReadiness();
    } catch (cause) {
      services.logger.warn({ err: cause }, 'not ready');
      throw new ProblemError(503, 'not_ready', 'A part that every call needs does not answer; the log says which.', {
        cause,
        headers: { 'retry-after': '5' },
      });
    }
    return jsonAnswer({ status: 'ok' });
  });
}
