import { readProviderData } from '../../../oauth/provider-data.ts';
import { createRoute } from '@hono/zod-openapi';
import type { FrontendToken } from '../../../providers/provider.ts';
import { jsonAnswer } from '../../response/answer.ts';
import { authenticated } from '../../request/authenticate.ts';
import { OTHER_TOKEN_NAMES } from '../token-fields.ts';
import { toApplicant, toDemand, withEmailFault } from '../token-request.ts';
import type { Route } from '../../endpoint.ts';
import { expiresIn, lifeOf } from '../../response/expires-in.ts';
import { jsonBody } from '../../request/json-body.ts';
import { ProblemError } from '../../response/problem.ts';
import { acceptedPermissions, tokenAnswer, tokenRequest } from './token-schemas.ts';
import type { HttpServices } from '../../services.ts';
import { CONNECTION_PROBLEMS, connectionAskedFor, ONE_CONNECTION_ROUTE, PROVIDER_PARAMETER } from './definitions.ts';
import { documented, json, problem } from '../definitions.ts';

const tokenRoute = createRoute({
  ...ONE_CONNECTION_ROUTE,
  method: 'post',
  path: '/api/v1/connections/{provider}/token/',
  operationId: 'connections-token',
  summary: 'A live token of any provider',
  description:
    'Where the provider’s accounts are made here (`cal-com-managed`, `cronofy-managed`), the first call makes the user’s. Elsewhere the user links one first.',
  request: {
    params: PROVIDER_PARAMETER,
    body: { content: { 'application/json': { schema: tokenRequest } }, required: false },
  },
  responses: {
    200: json(tokenAnswer, 'A live token'),
    400: problem('The request is not valid; `errors` says which field'),
    409: problem('The user must link an account first (`consent_required`) or again (`reconnect_required`)'),
    429: problem('This user’s token was renewed too often in the last minute'),
    500: problem('No live token to be had now; `code` says why'),
    ...CONNECTION_PROBLEMS,
  },
});

/** The routes for a live token of any provider, and for the frontend token that a web page may hold instead. */
export function connectionTokenRoutes(services: HttpServices): Route[] {
  const { keeper, frontendTokens, settings, now } = services;
  const token = authenticated(services.authenticator, async (call, caller) => {
    const body = await jsonBody(call, tokenRequest, OTHER_TOKEN_NAMES);
    const { provider, subject, key } = connectionAskedFor(call, caller, settings, body.connection);
    const { frontend } = body;
    if (frontend !== undefined) requireKnown(frontend.permissions, provider, frontendTokens.permissionsOf(provider));
    const applicant = toApplicant(caller, subject, body);
    const request = { provider, subject: key, applicant, ...toDemand(body) };
    const kept = await withEmailFault(caller, () => keeper.token(request));
    const issued = frontend && (await frontendTokens.issue({ provider, subject: key, live: kept, ...frontend }));
    const live = issued?.live ?? kept;
    return jsonAnswer({
      access_token: live.accessToken.reveal(),
      ...lifeOf(live, now()),
      token_type: live.tokenType,
      refreshed: live.refreshed,
      ...(live.providerData === undefined ? {} : { provider_data: readProviderData(live.providerData) }),
      ...(issued === undefined ? {} : { frontend: frontendOf(issued.frontendToken, now()) }),
    });
  });
  return [documented(tokenRoute, token)];
}

/** @param known the provider's permissions; undefined if it has no frontend tokens */
function requireKnown(permissions: readonly string[], provider: string, known: readonly string[] | undefined): void {
  if (known === undefined) {
    const detail = `${provider} has no tokens of its own for web pages; there its access token is what a page gets.`;
    throw new ProblemError(400, 'invalid_request', detail, { errors: [{ field: 'frontend', message: detail }] });
  }
  const index = permissions.findIndex((permission) => !known.includes(permission));
  if (index === -1) return;
  const field = `frontend.permissions.${index}`;
  throw new ProblemError(400, 'invalid_request', `${provider} has no such permission. See "errors".`, {
    errors: [{ field, message: acceptedPermissions(known) }],
  });
}

function frontendOf(issued: FrontendToken, now: number) {
  const { token, origin, permissions } = issued;
  return { token: token.reveal(), expires_in: expiresIn(issued, now), origin, permissions };
}
