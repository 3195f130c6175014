import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { SUBJECT_HEADER } from './authenticate.ts';
import { mountDocs } from './docs.ts';
import { openApiDocument } from './openapi.ts';
import { withoutLastSlash } from './paths.ts';
import { ProblemError } from './problem.ts';
import { problemOf } from './problem-of.ts';
import { mountAtoms } from './routes/atoms.ts';
import { mountBookings } from './routes/bookings.ts';
import { mountConnect } from './routes/connect.ts';
import { mountConnectionToken } from './routes/connection-token.ts';
import { mountConnections } from './routes/connections.ts';
import { mountHome } from './routes/home.ts';
import { mountLinked } from './routes/linked.ts';
import { mountOperations } from './routes/operations.ts';
import type { HttpEnv, HttpServices, HttpSettings } from './services.ts';

const API = '/api/*';
const PREFLIGHT_SECONDS = 600;

/** The whole HTTP side as one fetch handler. Every path answers with and without its last slash. */
export function createApp(services: HttpServices): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({ strict: false });
  app.use(API, allowedOrigins(services.settings.corsOrigins));
  mountOperations(app, services);
  mountBookings(app, services);
  mountAtoms(app, services);
  mountConnections(app, services);
  mountConnectionToken(app, services);
  mountConnect(app, services);
  mountLinked(app, services);
  mountHome(app, services);
  mountDocs(app, openApiDocument(app, services.settings));
  app.notFound((context) => noSuchRoute(app, context).toResponse());
  app.onError((error, context) => {
    const problem = problemOf(error);
    if (problem.status >= 500) {
      const { cause } = problem;
      services.logger.error({ err: cause ?? problem, code: problem.code, path: context.req.path }, problem.message);
    }
    return problem.toResponse();
  });
  return app;
}

function allowedOrigins(origins: HttpSettings['corsOrigins']): MiddlewareHandler<HttpEnv> {
  const answer: MiddlewareHandler<HttpEnv> = cors({
    origin: origins === '*' ? '*' : [...origins],
    allowMethods: ['GET', 'POST', 'DELETE'],
    allowHeaders: ['authorization', 'content-type', 'x-api-key', SUBJECT_HEADER.toLowerCase()],
    exposeHeaders: ['retry-after'],
    maxAge: PREFLIGHT_SECONDS,
  });
  // Only browsers send an Origin, and only they look at the answer's CORS headers.
  return (context, next) => (context.req.header('origin') === undefined ? next() : answer(context, next));
}

/** 405 where the path is served with other methods, else 404. */
function noSuchRoute(app: OpenAPIHono<HttpEnv>, context: Context): ProblemError {
  const { path, method } = context.req;
  const methods = app.routes
    .filter((route) => route.method !== 'ALL' && isServedAt(route.path, withoutLastSlash(path)))
    .map((route) => route.method);
  if (methods.length === 0) {
    return new ProblemError(404, 'not_found', 'Nothing is served here. /docs lists what is.');
  }
  const allow = [...new Set(methods)].join(', ');
  return new ProblemError(405, 'method_not_allowed', `${method} is not served here; ${allow} is.`, {
    headers: { allow },
  });
}

/** Whether a route's path, in which `:name` stands for any part, is the one asked for. */
function isServedAt(routePath: string, path: string): boolean {
  const [parts, asked] = [routePath.split('/'), path.split('/')];
  return parts.length === asked.length && parts.every((part, index) => part.startsWith(':') || part === asked[index]);
}
