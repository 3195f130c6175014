import type { Logger } from 'pino';
import type { Authenticator } from '../callers/authenticator.ts';
import type { Connections } from '../grants/connections/connections.ts';
import type { FrontendTokens } from '../grants/keeper/frontend-tokens.ts';
import type { Keeper } from '../grants/keeper/keeper.ts';
import type { Linking } from '../grants/linking/linking.ts';
import type { Profiles } from '../grants/connections/profiles.ts';

/** What the HTTP side is given; it wires nothing itself. */
export interface HttpServices {
  readonly keeper: Keeper;
  readonly profiles: Profiles;
  readonly connections: Connections;
  readonly frontendTokens: FrontendTokens;
  readonly linking: Linking;
  readonly authenticator: Authenticator;
  /** Rejects where a part that every call needs does not answer. */
  readonly checkReadiness: () => Promise<void>;
  readonly settings: HttpSettings;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What the HTTP side says about this deployment. */
export interface HttpSettings {
  /** Where callers reach us, without a last slash. */
  readonly publicUrl: string;
  /** Origins whose pages may read our answers; `*` for any. */
  readonly corsOrigins: '*' | readonly string[];
  /** Undefined where Cal.com isn't configured; the routes then say so. */
  readonly bookings: BookingsSettings | undefined;
  /** The names of all providers served, and of those whose accounts users can link. */
  readonly providers: readonly string[];
  readonly linkable: readonly string[];
  /** What people call the providers served, by their names. */
  readonly titles: ReadonlyMap<string, string>;
  /** Pages that users may return to once they have linked an account; the first where none is named. */
  readonly returnUrls: readonly string[];
  readonly version: string;
}

/** What `/api/v1/bookings` serves. */
export interface BookingsSettings {
  /** The provider that answers for bookings. */
  readonly provider: string;
  readonly mode: 'managed' | 'oauth';
  readonly calClientId: string;
  readonly calApiUrl: string;
  readonly calAppUrl: string;
}
