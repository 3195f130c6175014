import { createRoute } from '@hono/zod-openapi';
import type { LiveToken } from '../../../grants/keeper/live-token.ts';
import type { AccountProfile } from '../../../providers/provider.ts';
import { jsonAnswer } from '../../response/answer.ts';
import { authenticated, subjectOf } from '../../request/authenticate.ts';
import { OTHER_TOKEN_NAMES } from '../token-fields.ts';
import { toApplicant, toDemand, withEmailFault } from '../token-request.ts';
import type { Route } from '../../endpoint.ts';
import { oddLifeOf } from '../../response/expires-in.ts';
import { jsonBody } from '../../request/json-body.ts';
import { ProblemError } from '../../response/problem.ts';
import { withConsent } from '../connect/with-consent.ts';
import { calConfig, calTokenRefresh, calTokenRefreshRequest, calUser } from './schemas.ts';
import type { HttpServices } from '../../services.ts';
import { ATOMS_REFRESH_PATH } from './atoms.ts';
import { CALLER_SECURITY, documented, json, problem, SUBJECT_PARAMETER } from '../definitions.ts';

const configRoute = createRoute({
  method: 'get',
  path: '/api/v1/bookings/config/',
  operationId: 'bookings-config-retrieve',
  summary: 'Cal.com configuration',
  description: 'What a frontend needs to mount Cal.com Atoms.',
  tags: ['Bookings'],
  security: CALLER_SECURITY,
  responses: { 200: json(calConfig, 'Cal.com configuration data'), 401: problem('Unauthorized') },
});

const tokenRefreshRoute = createRoute({
  method: 'post',
  path: '/api/v1/bookings/token/refresh/',
  operationId: 'token-refresh-create',
  summary: 'A live token',
  description:
    'A live Cal.com access token for the user. Whoever has no Cal.com account yet gets one by the same call; whoever has one gets the present token while it is good, and a new one when it isn’t.',
  tags: ['Bookings'],
  security: CALLER_SECURITY,
  parameters: [SUBJECT_PARAMETER],
  request: { body: { content: { 'application/json': { schema: calTokenRefreshRequest } }, required: false } },
  responses: {
    200: json(calTokenRefresh, 'A live token'),
    400: problem('The request is not valid; `errors` says which field'),
    401: problem('The caller is not known'),
    403: problem('The key may not act for this user'),
    413: problem('The body is larger than 80 KiB'),
    409: problem('The user must link an account first, or again; `authorize_url` is where'),
    415: problem('The body is compressed, or not JSON'),
    429: problem('This user’s token was renewed too often in the last minute'),
    500: problem('No live token to be had now; `code` says why, and `Retry-After` is there where waiting helps'),
  },
});

const userRoute = createRoute({
  method: 'get',
  path: '/api/v1/bookings/user/',
  operationId: 'bookings-user-retrieve',
  summary: 'Cal.com user',
  description: 'Details of the Cal.com account of the authenticated user.',
  tags: ['Bookings'],
  security: CALLER_SECURITY,
  parameters: [SUBJECT_PARAMETER],
  responses: {
    200: json(calUser, 'User details'),
    401: problem('Unauthorized'),
    403: problem('The key may not act for this user'),
    404: problem('The user is not integrated yet'),
  },
});

/** The routes of the bookings API: configuration, live token, user details. */
export function bookingsRoutes(services: HttpServices): Route[] {
  const { authenticator, keeper, profiles, now } = services;
  const { bookings, publicUrl } = services.settings;
  if (bookings === undefined) {
    const refused = authenticated(authenticator, notConfigured);
    return [configRoute, tokenRefreshRoute, userRoute].map((route) => documented(route, refused));
  }

  const configAnswer = jsonAnswer({
    cal_client_id: bookings.calClientId,
    cal_api_url: bookings.calApiUrl,
    cal_app_url: bookings.calAppUrl,
    refresh_url: publicUrl + ATOMS_REFRESH_PATH,
    mode: bookings.mode,
  });
  const config = authenticated(authenticator, () => configAnswer);

  const token = authenticated(authenticator, async (call, caller) => {
    const subject = subjectOf(caller, call);
    const body = await jsonBody(call, calTokenRefreshRequest, OTHER_TOKEN_NAMES);
    const applicant = toApplicant(caller, subject, body);
    const live = await withConsent(services, bookings, subject, () =>
      withEmailFault(caller, () =>
        keeper.token({ provider: bookings.provider, subject, applicant, ...toDemand(body) }),
      ),
    );
    return jsonAnswer(tokenAnswer(live, bookings.calClientId, now()));
  });

  const user = authenticated(authenticator, async (call, caller) => {
    const subject = subjectOf(caller, call);
    const profile = await profiles.profile(bookings.provider, subject);
    if (profile === undefined) {
      throw new ProblemError(
        404,
        'not_integrated',
        bookings.mode === 'managed'
          ? `This user has no Cal.com account yet. POST ${tokenRefreshRoute.path} creates one.`
          : `This user has linked no Cal.com account yet. POST ${tokenRefreshRoute.path} says where to.`,
      );
    }
    return jsonAnswer(calUserOf(profile));
  });

  return [documented(configRoute, config), documented(tokenRefreshRoute, token), documented(userRoute, user)];
}

function notConfigured(): never {
  throw new ProblemError(
    500,
    'provider_not_configured',
    'This deployment has no Cal.com client. The operator must set CAL_COM_CLIENT_ID and CAL_COM_CLIENT_SECRET, or CAL_COM_OAUTH_CLIENT_ID with EVERGRANT_BOOKINGS=oauth.',
  );
}

function tokenAnswer(token: LiveToken, calClientId: string, now: number) {
  return {
    access_token: token.accessToken.reveal(),
    ...oddLifeOf(token, now),
    token_type: token.tokenType,
    refreshed: token.refreshed,
    integration_status: token.created ? 'created' : 'existing',
    cal_client_id: calClientId,
  };
}

function calUserOf(profile: AccountProfile) {
  return {
    // The older endpoints of Cal.com's web app do not return a number.
    cal_user_id: /^\d+$/.test(profile.accountId) ? Number(profile.accountId) : null,
    username: profile.username,
    email: profile.email,
    name: profile.name,
    timezone: profile.timeZone,
    time_format: profile.timeFormat,
    week_start: profile.weekStart,
    locale: profile.locale,
    default_schedule_id: profile.defaultScheduleId,
    avatar_url: profile.avatarUrl,
    bio: profile.bio,
    created_at: profile.createdAt,
  };
}
