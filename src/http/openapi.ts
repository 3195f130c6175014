import type { OpenAPIHono } from '@hono/zod-openapi';
import type { HttpSettings } from './services.ts';

/** The OpenAPI 3.1 document of everything registered on `app`, from the same schemas that validate requests. */
export function openApiDocument(app: OpenAPIHono, settings: HttpSettings) {
  const { openAPIRegistry: registry } = app;
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'A JWT of the app’s users, or an API key (`evg_...`).',
  });
  registry.registerComponent('securitySchemes', 'apiKey', {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
    description: 'An API key (`evg_...`).',
  });
  registry.registerComponent('securitySchemes', 'calAccessToken', {
    type: 'http',
    scheme: 'bearer',
    description: 'A Cal.com access token that was given out here, expired or not.',
  });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Evergrant',
      version: settings.version,
      description:
        'Keeps scheduling tokens alive: links an app’s users to their scheduling accounts and hands out live access tokens.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: settings.publicUrl }],
    tags: [
      { name: 'Bookings', description: 'A Cal.com account and a live token for every user.' },
      { name: 'Connections', description: 'Accounts that users link, and their live tokens.' },
      { name: 'Operations', description: 'For whatever watches the process.' },
    ],
  });
}
