import { STATUS_CODES } from 'node:http';

/** An error as the exception filter of Cal.com API v2 sends it. */
export class CalException extends Error {
  override readonly name = 'CalException';
  readonly status: number;
  readonly code: string;
  /** Sent as `error.details`; left out if undefined. */
  readonly details: unknown;

  constructor(status: number, code: string, message: string, details: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

function withText(status: number, code: string) {
  return (message: string): CalException =>
    new CalException(status, code, message, { message, error: STATUS_CODES[status], statusCode: status });
}

export const badRequest = withText(400, 'BadRequestException');
export const unauthorized = withText(401, 'UnauthorizedException');
export const forbidden = withText(403, 'ForbiddenException');
export const notFound = withText(404, 'NotFoundException');
export const conflict = withText(409, 'ConflictException');

/** The 401 without a message; its details have no `error` key. */
export function bareUnauthorized(): CalException {
  return new CalException(401, 'UnauthorizedException', 'Unauthorized', { message: 'Unauthorized', statusCode: 401 });
}

/** An exception whose details are its message instead of an object. */
export function withTextAsDetails(status: number, code: string, message: string): CalException {
  return new CalException(status, code, message, message);
}

/** The error for an expired access token. */
export function tokenExpired(): CalException {
  return withTextAsDetails(498, 'TokenExpiredException', 'ACCESS_TOKEN_IS_EXPIRED');
}

/** Database errors as the API reports them, without details. */
export const databaseErrors = {
  recordMissing: () =>
    new CalException(404, 'NOT_FOUND', 'Invalid Query: The requested record was not found.', undefined),
  uniqueClash: () =>
    new CalException(409, 'CONFLICT', 'Invalid Input: Trying to create a record that already exists.', undefined),
  other: () => new CalException(500, 'INTERNAL_SERVER_ERROR', 'There was an error, please try again later.', undefined),
};
