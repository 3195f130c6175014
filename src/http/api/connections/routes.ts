import { createRoute } from '@hono/zod-openapi';
import type { Caller } from '../../../callers/caller.ts';
import type { ConnectionReport } from '../../../grants/connections/connections.ts';
import { Secret } from '../../../secret.ts';
import type { NamedConnection } from '../../../grants/connection-key.ts';
import { toAccount } from '../../response/to-account.ts';
import { jsonAnswer, noContent } from '../../response/answer.ts';
import { authenticated, subjectOf } from '../../request/authenticate.ts';
import { startLink } from '../connect/start-link.ts';
import type { Call, Route } from '../../endpoint.ts';
import { expiresIn, lifeOf } from '../../response/expires-in.ts';
import { jsonBody } from '../../request/json-body.ts';
import { ProblemError } from '../../response/problem.ts';
import { authorizeAnswer, authorizeRequest, completeRequest, connection, connectionList } from './schemas.ts';
import type { HttpServices } from '../../services.ts';
import {
  CONNECTION_PROBLEMS,
  CONNECTION_ROUTE,
  connectionAskedFor,
  ONE_CONNECTION_ROUTE,
  PROVIDER_PARAMETER,
} from './definitions.ts';
import { documented, json, problem } from '../definitions.ts';

const listRoute = createRoute({
  ...CONNECTION_ROUTE,
  method: 'get',
  path: '/api/v1/connections/',
  operationId: 'connections-list',
  summary: 'What a user has linked',
  responses: {
    200: json(connectionList, 'The connections'),
    401: CONNECTION_PROBLEMS[401],
    403: CONNECTION_PROBLEMS[403],
  },
});

const readRoute = createRoute({
  ...ONE_CONNECTION_ROUTE,
  method: 'get',
  path: '/api/v1/connections/{provider}/',
  operationId: 'connections-retrieve',
  summary: 'One connection and its health',
  request: { params: PROVIDER_PARAMETER },
  responses: { 200: json(connection, 'The connection'), ...CONNECTION_PROBLEMS },
});

const deleteRoute = createRoute({
  ...ONE_CONNECTION_ROUTE,
  method: 'delete',
  path: '/api/v1/connections/{provider}/',
  operationId: 'connections-destroy',
  summary: 'Disconnect',
  description:
    'Ends the connection at once. Where nobody else is connected to the same account, its grant is revoked at the provider, again and again until that has succeeded, and then erased.',
  request: { params: PROVIDER_PARAMETER },
  responses: { 204: { description: 'It is over' }, ...CONNECTION_PROBLEMS },
});

const authorizeRoute = createRoute({
  ...ONE_CONNECTION_ROUTE,
  method: 'post',
  path: '/api/v1/connections/{provider}/authorize/',
  operationId: 'connections-authorize',
  summary: 'Begin to link an account',
  description:
    'Send the user’s browser to `authorize_url`. It comes back to the app with `evergrant_code`, which the same user’s session then completes.',
  request: {
    params: PROVIDER_PARAMETER,
    body: { content: { 'application/json': { schema: authorizeRequest } }, required: false },
  },
  responses: {
    200: json(authorizeAnswer, 'Where to send the browser'),
    400: problem('`return_to` is not allowed'),
    429: problem('The user has begun too many links in the last minutes'),
    ...CONNECTION_PROBLEMS,
  },
});

const completeRoute = createRoute({
  ...CONNECTION_ROUTE,
  method: 'post',
  path: '/api/v1/connections/{provider}/complete/',
  operationId: 'connections-complete',
  summary: 'Complete a link',
  description:
    'Only the user who began may complete, so nobody can be linked to a stranger’s account. A 409 `other_account` may be answered with `"replace": true` and the same code.',
  request: {
    params: PROVIDER_PARAMETER,
    body: { content: { 'application/json': { schema: completeRequest } }, required: true },
  },
  responses: {
    200: json(connection, 'The connection'),
    400: problem('The code is not valid, or the provider gave nothing for it'),
    409: problem('Another account than before was chosen'),
    500: problem('The provider does not answer; `Retry-After` says when to send the same again'),
    ...CONNECTION_PROBLEMS,
  },
});

/** The routes of the connections API: list and inspect connections, link accounts, disconnect. */
export function connectionsRoutes(services: HttpServices): Route[] {
  const { authenticator, connections, linking, settings, now } = services;
  const about = (call: Call, caller: Caller, inBody?: string) => connectionAskedFor(call, caller, settings, inBody);
  const found = async (named: NamedConnection, provider: string) => {
    const report = await connections.find(named, provider);
    if (report !== undefined) return jsonAnswer(connectionOf(report, now()));
    throw new ProblemError(404, 'not_connected', 'This user has linked no account of this provider.');
  };

  const list = authenticated(authenticator, async (call, caller) => {
    const reports = await connections.list(subjectOf(caller, call));
    return jsonAnswer({
      connections: reports.map((report) => connectionOf(report, now())),
      linkable: settings.linkable,
    });
  });

  const read = authenticated(authenticator, (call, caller) => {
    const asked = about(call, caller);
    return found(asked, asked.provider);
  });

  const disconnect = authenticated(authenticator, async (call, caller) => {
    const asked = about(call, caller);
    if (await connections.disconnect(asked, asked.provider)) return noContent();
    throw new ProblemError(404, 'not_connected', 'This user has linked no account of this provider.');
  });

  const authorize = authenticated(authenticator, async (call, caller) => {
    const { return_to: returnTo, connection } = await jsonBody(call, authorizeRequest);
    const { provider, key } = about(call, caller, connection);
    const { authorizeUrl, expiresAt } = await startLink(services, provider, key, returnTo);
    return jsonAnswer({ authorize_url: authorizeUrl, expires_in: expiresIn({ expiresAt }, now()) });
  });

  const complete = authenticated(authenticator, async (call, caller) => {
    const { provider, subject } = about(call, caller);
    const { code, replace } = await jsonBody(call, completeRequest);
    const connection = await linking.complete({ provider, subject, code: new Secret(code), replace });
    return found({ subject, connection }, provider);
  });

  return [
    documented(listRoute, list),
    documented(readRoute, read),
    documented(deleteRoute, disconnect),
    documented(authorizeRoute, authorize),
    documented(completeRoute, complete),
  ];
}

function connectionOf(report: ConnectionReport, now: number) {
  const { provider, connection, health, accountId, profile, connectedAt, expiresAt, renewable } = report;
  const life = expiresAt === undefined ? { long_lived: false, renewable } : lifeOf({ expiresAt, renewable }, now);
  const query = connection === undefined ? '' : `?${new URLSearchParams({ connection }).toString()}`;
  const path = `/api/v1/connections/${provider}/authorize/${query}`;
  return {
    provider,
    connection: connection ?? null,
    status: health,
    account: accountId === undefined ? null : toAccount({ ...profile, accountId }),
    connected_at: new Date(connectedAt).toISOString(),
    expires_in: null,
    ...life,
    ...(health === 'reconnect_required' ? { authorize: { method: 'POST', path } } : {}),
  };
}
