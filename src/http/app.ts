import { OpenAPIHono } from '@hono/zod-openapi';
import { allowedOrigins } from './cross-origin.ts';
import { docsRoutes } from './api/docs.ts';
import type { Route } from './endpoint.ts';
import { endpointTable, type EndpointTable } from './endpoint-table.ts';
import { fetchAdapter, responseOf } from './server/fetch-adapter.ts';
import type { FetchHandler } from './server/fetch-handler.ts';
import { openApiDocument } from './openapi.ts';
import { orProblem, problemAnswer } from './response/or-problem.ts';
import { noSuchRoute } from './no-such-route.ts';
import { atomsRoutes } from './api/bookings/atoms.ts';
import { bookingsRoutes } from './api/bookings/routes.ts';
import { connectRoutes } from './api/connect/routes.ts';
import { connectionTokenRoutes } from './api/connections/token-routes.ts';
import { connectionsRoutes } from './api/connections/routes.ts';
import { homeRoutes } from './api/home.ts';
import { linkedRoutes } from './api/connect/linked.ts';
import { operationsRoutes } from './api/operations.ts';
import type { HttpServices } from './services.ts';

const API = '/api/*';

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
  app.notFound((context) => responseOf(noSuchRoute(routes, context.req.method, context.req.path).toAnswer()));
  app.onError((error, context) => responseOf(problemAnswer(error, context.req.path, logger)));
  return { fetch: (request, env) => app.fetch(request, env), endpoints: endpointTable(routes) };
}
