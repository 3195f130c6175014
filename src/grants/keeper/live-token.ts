import type { Applicant } from '../../providers/provider.ts';
import type { Secret } from '../../secret.ts';
import type { Demand } from '../rules/demand.ts';

/** One request for a live token. */
export interface TokenRequest extends Demand {
  readonly provider: string;
  readonly subject: string;
  /** Whom to create the account for if the subject has none yet. */
  readonly applicant?: Applicant | undefined;
}

/** The owner of a current or former access token. */
export interface TokenOwner {
  readonly provider: string;
  readonly subject: string;
}

/** A token that the provider should accept at this moment. */
export interface LiveToken {
  readonly accessToken: Secret;
  readonly tokenType: string;
  /** Epoch milliseconds; see `isLongLived`. */
  readonly expiresAt: number;
  /** False if only the user can give another once it has ended. */
  readonly renewable: boolean;
  /** What the provider said beside it, as far as it is handed on; undefined if there is none. */
  readonly providerData: Secret | undefined;
  /** True if the token was obtained for this call, or for another call that this one shared a renewal with. */
  readonly refreshed: boolean;
  /** True if the subject had never had a credential when this call began. */
  readonly created: boolean;
}
