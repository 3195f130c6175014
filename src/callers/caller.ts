import type { EmailFault } from './profile.ts';

/**
 * What a caller may do: `user` acts only for its own subject, `server` for any subject that it names, `admin` runs the
 * service.
 */
export type Role = 'user' | 'server' | 'admin';

/** All roles, for validation and listings. */
export const ROLES: readonly Role[] = ['user', 'server', 'admin'];

/** Who makes a request, as proved by its credential alone. */
export interface Caller {
  readonly role: Role;
  /** The subject of a `user` caller; absent for `server` and `admin`. */
  readonly subject?: string;
  readonly email?: string;
  /** Why the credential's e-mail address is not used; absent if it is, or if there is none. */
  readonly emailFault?: EmailFault;
  readonly name?: string;
  readonly via: 'jwt' | 'api_key';
  /** The id of the API key, if one was used. */
  readonly keyId?: string;
}
