import type { Logger } from 'pino';
import type { Authenticator } from '../callers/authenticator.ts';
import type { Connections } from '../grants/connections/connections.ts';
import type { FrontendTokens } from '../grants/keeper/frontend-tokens.ts';
import type { Keeper } from '../grants/keeper/keeper.ts';
import type { Linking } from '../grants/linking/linking.ts';
import type { Profiles } from '../grants/connections/profiles.ts';

/** The services that the HTTP API uses. It creates none of them. */
export interface HttpServices {
  readonly keeper: Keeper;
  readonly profiles: Profiles;
  readonly connections: Connections;
  readonly frontendTokens: FrontendTokens;
  readonly linking: Linking;
  readonly authenticator: Authenticator;
  /** Rejects if a dependency of every call is unavailable. */
  readonly checkReadiness: () => Promise<void>;
  readonly settings: HttpSettings;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Configures what the HTTP API says about this deployment. */
export interface HttpSettings {
  /** The base URL at which callers reach us, without a trailing slash. */
  readonly publicUrl: string;
  /** Origins whose pages may read responses; `*` for any. */
  readonly corsOrigins: '*' | readonly string[];
  /** Undefined if Cal.com is not configured; the routes then say so. */
  readonly bookings: BookingsSettings | undefined;
  /** The names of all providers served; `linkable` lists those whose accounts users can link. */
  readonly providers: readonly string[];
  readonly linkable: readonly string[];
  /** Those that make one account for each user. */
  readonly provisioned: readonly string[];
  /** Display names of the providers, by provider name. */
  readonly titles: ReadonlyMap<string, string>;
  /** Pages that users may return to after linking an account; the first is the default. */
  readonly returnUrls: readonly string[];
  readonly version: string;
}

/** Configures `/api/v1/bookings`. */
export interface BookingsSettings {
  /** The provider that serves bookings. */
  readonly provider: string;
  readonly mode: 'managed' | 'oauth';
  readonly calClientId: string;
  readonly calApiUrl: string;
  readonly calAppUrl: string;
}
