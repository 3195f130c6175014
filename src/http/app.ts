import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { SUBJECT_HEADER } from './request/authenticate.ts';
import { docsRoutes } from './api/docs.ts';
import type { Route } from './endpoint.ts';
import { endpointTable, type EndpointTable } from './endpoint-table.ts';
import { fetchAdapter, responseOf } from './server/fetch-adapter.ts';
import type { FetchHandler } from './server/fetch-handler.ts';
import { openApiDocument } from './openapi.ts';
import { orProblem, problemAnswer } from './response/or-problem.ts';
import { withoutLastSlash } from './paths.ts';
import { ProblemError } from './response/problem.ts';
import { atomsRoutes } from './api/bookings/atoms.ts';
import { bookingsRoutes } from './api/bookings/routes.ts';
import { connectRoutes } from './api/connect/routes.ts';
import { connectionTokenRoutes } from './api/connections/token-routes.ts';
import { connectionsRoutes } from './api/connections/routes.ts';
import { homeRoutes } from './api/home.ts';
import { linkedRoutes } from './api/connect/linked.ts';
import { operationsRoutes } from './api/operations.ts';
import type { HttpServices, HttpSettings } from './services.ts';

const API = '/api/*';
const PREFLIGHT_SECONDS = 600;

/** The same endpoints, served through the Fetch standard and through {@link EndpointTable}. */
export interface App extends FetchHandler {
  readonly fetch: (request: Request, env?: object) => Response | Promise<Response>;
  readonly endpoints: EndpointTable;
}

/** Builds the HTTP API. Both adapters serve every path with and without its trailing slash. */
export function createApp(services: HttpServices): App {
  const { logger, settings } = services;
  const app = new OpenAPIHono({ strict: false });
  app.use(API, allowedOrigins(settings.corsOrigins));
  const described = [
    ...operationsRoutes(services),
    ...bookingsRoutes(services),
    ...atomsRoutes(services),
    ...connectionsRoutes(services),
    ...connectionTokenRoutes(services),
    ...connectRoutes(services),
    ...linkedRoutes(services),
    ...homeRoutes(services),
  ];
  for (const { definition } of described) {
    if (definition !== undefined) app.openAPIRegistry.registerPath(definition);
  }
  const routes = [...described, ...docsRoutes(openApiDocument(app, settings))].map((route): Route => ({
    ...route,
    endpoint: orProblem(route.endpoint, logger),
  }));
  for (const { method, path, endpoint } of routes) app.on(method, path, fetchAdapter(endpoint));
  app.notFound((context) => responseOf(noSuchRoute(routes, context).toAnswer()));
  app.onError((error, context) => responseOf(problemAnswer(error, context.req.path, logger)));
  return { fetch: (request, env) => app.fetch(request, env), endpoints: endpointTable(routes) };
}

function allowedOrigins(origins: HttpSettings['corsOrigins']): MiddlewareHandler {
  const answer: MiddlewareHandler = cors({
    origin: origins === '*' ? '*' : [...origins],
    allowMethods: ['GET', 'POST', 'DELETE'],
    allowHeaders: ['authorization', 'content-type', 'x-api-key', SUBJECT_HEADER.toLowerCase()],
    exposeHeaders: ['retry-after'],
    maxAge: PREFLIGHT_SECONDS,
  });
  // Only browsers send `Origin`, and only they read the CORS headers of the response.
  return (context, next) => (context.req.header('origin') === undefined ? next() : answer(context, next));
}

/** 405 if the path is served with other methods, else 404. */
function noSuchRoute(routes: readonly Route[], context: Context): ProblemError {
  const { path, method } = context.req;
  const methods = routes.filter((route) => isServedAt(route.path, withoutLastSlash(path))).map((route) => route.method);
  if (methods.length === 0) {
    return new ProblemError(404, 'not_found', 'Nothing is served here. /docs lists what is.');
  }
  const allow = [...new Set(methods)].join(', ');
  return new ProblemError(405, 'method_not_allowed', `${method} is not served here; ${allow} is.`, {
    headers: { allow },
  });
}

/** Whether a route serves `path`. `:name` in `routePath` matches any segment. */
function isServedAt(routePath: string, path: string): boolean {
  const [parts, asked] = [routePath.split('/'), path.split('/')];
  return parts.length === asked.length && parts.every((part, index) => part.startsWith(':') || part === asked[index]);
}
