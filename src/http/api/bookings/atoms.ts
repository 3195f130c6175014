import { createRoute } from '@hono/zod-openapi';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { tokenText } from '../../../oauth/tokens/token-set.ts';
import type { Secret } from '../../../secret.ts';
import { namedConnection } from '../../../grants/connection-key.ts';
import { jsonAnswer } from '../../response/answer.ts';
import type { Endpoint, Route } from '../../endpoint.ts';
import { expiresInIfKnown } from '../../response/expires-in.ts';
import { ProblemError } from '../../response/problem.ts';
import { asUnavailable, toProblem } from '../../response/to-problem.ts';
import { atomsRefresh } from './schemas.ts';
import type { HttpServices, HttpSettings } from '../../services.ts';
import { documented, json, problem } from '../definitions.ts';

/** The path to set as `options.refreshUrl` of `CalProvider`. */
export const ATOMS_REFRESH_PATH = '/api/v1/bookings/atoms/refresh/';

/** Requests per minute by one user, and by one address that presents tokens we did not issue; `duration` in seconds. */
const USER_LIMIT = { points: 60, duration: 60 };
const STRANGER_LIMIT = { points: 60, duration: 60 };

const route = createRoute({
  method: 'get',
  path: ATOMS_REFRESH_PATH,
  operationId: 'bookings-atoms-refresh',
  summary: 'Refresh URL for Cal.com Atoms',
  description:
    'The `refreshUrl` of `CalProvider`. The bearer is the Cal.com access token in use, usually expired: any that was given out here finds its successor for a while after its end, as long as the user is seen with a better credential from time to time, and until a caller forces a refresh or reports the token. Asking twice, or from three tabs, does no harm.',
  tags: ['Bookings'],
  security: [{ calAccessToken: [] }],
  responses: {
    200: json(atomsRefresh, 'A live token'),
    401: problem('The token was not given out here, or nothing follows on it any more'),
    403: problem('The page’s origin is not allowed'),
    429: problem('Too many requests'),
    503: problem('No live token to be had now; `Retry-After` says when to ask again'),
  },
});

/** The refresh URL of Cal.com Atoms. The page can present only the access token it holds. */
export function atomsRoutes(services: HttpServices): Route[] {
  const { keeper, settings, logger, now } = services;
  const users = new RateLimiterMemory(USER_LIMIT);
  const strangers = new RateLimiterMemory(STRANGER_LIMIT);

  const refresh: Endpoint = async (call) => {
    const origin = call.header('origin');
    requireAllowedOrigin(origin, settings.corsOrigins);
    try {
      const presented = bearer(call.header('authorization'));
      const owner = await keeper.ownerOf(presented);
      if (owner === undefined) {
        await spend(strangers, call.clientAddress);
        throw unknownToken();
      }
      await spend(users, JSON.stringify([owner.provider, owner.subject]));
      const token = await keeper.successor(owner, presented);
      if (token === undefined) throw unknownToken();
      logger.info({ ...namedConnection(owner.subject), provider: owner.provider, origin }, 'atoms refresh');
      const accessToken = token.accessToken.reveal();
      return jsonAnswer({ accessToken, access_token: accessToken, ...expiresInIfKnown(token, now()) });
    } catch (error) {
      throw asUnavailable(toProblem(error));
    }
  };
  return [documented(route, refresh)];
}

function bearer(authorization: string | undefined): Secret {
  const text = /^Bearer +(\S+)$/i.exec(authorization?.trim() ?? '')?.[1];
  const token = tokenText(text);
  if (token === undefined) throw unknownToken();
  return token;
}

function unknownToken(): ProblemError {
  return new ProblemError(
    401,
    'unknown_access_token',
    'This Cal.com access token was not given out here, or nothing follows on it any more. Ask your backend for a live one.',
    { headers: { 'www-authenticate': 'Bearer realm="evergrant atoms", error="invalid_token"' } },
  );
}

function requireAllowedOrigin(origin: string | undefined, allowed: HttpSettings['corsOrigins']): void {
  if (origin === undefined || allowed === '*' || allowed.includes(origin)) return;
  throw new ProblemError(
    403,
    'origin_not_allowed',
    'Pages of this origin may not ask here. The operator can add it to EVERGRANT_CORS_ORIGINS.',
  );
}

async function spend(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new ProblemError(429, 'rate_limited', 'Too many requests. Ask again later.', {
      headers: { 'retry-after': String(Math.max(1, Math.ceil(refusal.msBeforeNext / 1000))) },
    });
  }
}
