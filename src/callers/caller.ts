/**
 * What a caller may do: `user` acts for its own subject only, `server` for any subject it names, `admin` runs the
 * service.
 */
export type Role = 'user' | 'server' | 'admin';

/** All roles, for validation and listings. */
export const ROLES: readonly Role[] = ['user', 'server', 'admin'];

/** Who makes a request, as proved by its credential and by nothing else in the request. */
export interface Caller {
  readonly role: Role;
  /** The subject a `user` caller is; absent for `server` and `admin`. */
  readonly subject?: string;
  readonly email?: string;
  readonly name?: string;
  readonly via: 'jwt' | 'api_key';
  /** The id of the API key, where one was used. */
  readonly keyId?: string;
}
