import type { Reply } from './scripted-server.ts';
import { NOW, refusal } from './scripted-cal-com.ts';

const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS;

/** Four token keys as Cal.com gives them. */
export const TOKENS = {
  accessToken: 'access-2',
  accessTokenExpiresAt: NOW + 59 * MINUTE_MS,
  refreshToken: 'refresh-2',
  refreshTokenExpiresAt: NOW + YEAR_MS,
};

/** A managed user as Cal.com shows one. */
export const USER = {
  id: 179,
  email: 'alice+cid@example.com',
  username: 'alice-cid-example-com',
  name: 'Alice',
  bio: null,
  timeZone: 'Europe/Rome',
  weekStart: 'Monday',
  createdDate: '2026-01-01T00:00:00.000Z',
  timeFormat: 24,
  defaultScheduleId: 5,
  locale: 'fr',
  avatarUrl: null,
};

/** A refusal whose details are those of a plain exception. */
export function exception(status: number, code: string, message: string, error: string): Reply {
  return refusal(status, code, message, { message, error, statusCode: status });
}

/** A refusal by the validation of the body, which echoes what was sent. */
export function invalid(...properties: string[]): Reply {
  const errors = properties.map((property) => ({ target: { secret: 'echo' }, value: 'x', property, children: [] }));
  return refusal(400, 'BadRequestException', 'Bad Request Exception', { errors });
}

/** A user whom the client does not have. */
export const USER_UNKNOWN = exception(
  404,
  'NotFoundException',
  'User with ID 179 is not part of this OAuth client.',
  'Not Found',
);

/** The conflict that names the user who has the e-mail already. */
export function taken(id: string): Reply {
  const message = `User with the provided e-mail already exists. Existing user ID=${id}`;
  return exception(409, 'ConflictException', message, 'Conflict');
}

const STRATEGY = 'ApiAuthStrategy - ';

/** What Cal.com says when it has something against the client, whatever was asked. */
export const CLIENT_REFUSALS: readonly (readonly [name: string, reply: Reply])[] = [
  "No authentication method provided. Either pass an API key as 'Bearer' header or OAuth client credentials",
  "Only 'x-cal-client-id' header provided. Please also provide 'x-cal-secret-key' header",
  "Only 'x-cal-secret-key' header provided. Please also provide 'x-cal-client-id' header",
  'oAuth client - Client with ID cl/ient 1 not found',
  'oAuth client - Invalid client secret',
  'oAuth client - No owner ID found for this OAuth client',
]
  .map((text): [string, Reply] => [text, exception(401, 'UnauthorizedException', STRATEGY + text, 'Unauthorized')])
  .concat([
    ['a bare 401', refusal(401, 'UnauthorizedException', 'Unauthorized', { message: 'Unauthorized', statusCode: 401 })],
    [
      'an organization that is no platform',
      exception(
        403,
        'ForbiddenException',
        'OrganizationRolesGuard - Organization is not a platform (SHP).',
        'Forbidden',
      ),
    ],
    [
      'a client that the guard does not find',
      exception(404, 'NotFoundException', 'OAuthClientGuard - OAuth client not found.', 'Not Found'),
    ],
    [
      'a client that vanished meanwhile',
      exception(404, 'NotFoundException', 'OAuth Client with ID cl/ient 1 not found', 'Not Found'),
    ],
  ]);

/** What tells nothing about a grant, whatever was asked. */
export const SAY_NOTHING: readonly (readonly [name: string, reply: Reply])[] = [
  ['a 500 in the envelope', refusal(500, 'INTERNAL_SERVER_ERROR', 'There was an error, please try again later.')],
  ['a 500 whose text names a dead token', refusal(500, 'BadRequestException', 'Invalid refresh token')],
  ['a 502 of a proxy', html(502)],
  ['a 503 of a proxy', html(503)],
  ['a 504 without a body', { status: 504, body: '' }],
  ['a 400 of a proxy', html(400)],
  ['a 401 of a proxy', html(401)],
  ['a 403 of a proxy', html(403)],
  ['a 404 of a proxy', html(404)],
  ['a 409 of a proxy', html(409)],
  ['a 400 without a body', { status: 400, body: '' }],
  ['a 401 without a body', { status: 401, body: '' }],
  ['a 404 without a body', { status: 404, body: '' }],
  ['a 400 in JSON of another shape', { status: 400, body: { message: 'Invalid refresh token', statusCode: 400 } }],
  ['a 401 in JSON of another shape', { status: 401, body: { error: 'invalid_client' } }],
  [
    'a 400 whose error has no code',
    { status: 400, body: { status: 'error', error: { message: 'Invalid refresh token' } } },
  ],
  ['a 400 whose error is a text', { status: 400, body: { status: 'error', error: 'Invalid refresh token' } }],
  ['a 400 that says success', { status: 400, body: { status: 'success', error: { code: 'X', message: 'Y' } } }],
  ['a 400 that is a list', { status: 400, body: [{ status: 'error', error: { code: 'X', message: 'Y' } }] }],
  ['a 400 cut short', { status: 400, body: '{"status":"error","error":{"code":"BadRequestException","mess' }],
  ['a redirect', { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }],
  ['a 408', refusal(408, 'RequestTimeoutException', 'Request Timeout')],
  ['a 200 without a body', { status: 200, body: '' }],
  ['a 200 of a captive portal', html(200)],
  ['a 200 without data', { status: 200, body: { status: 'success' } }],
  ['a 204', { status: 204, body: '' }],
];

/** A page as a proxy in between would send one. */
function html(status: number): Reply {
  const body = '<html><title>Invalid refresh token: OAuth client not found</title></html>';
  return { status, body, headers: { 'content-type': 'text/html' } };
}

/** Successes that may hold tokens, but not where Cal.com has them. */
export const UNREADABLE: readonly (readonly [name: string, reply: Reply])[] = [
  ['a 200 that is a list', { status: 200, body: [TOKENS] }],
  ['a 200 without an envelope', { status: 200, body: TOKENS }],
  ['a 200 that says error', { status: 200, body: { status: 'error', data: TOKENS } }],
  ['a 200 whose data are a list', { status: 200, body: { status: 'success', data: [TOKENS] } }],
];
