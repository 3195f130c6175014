import type { Generated } from 'kysely';
import type { EndReason } from '../../grants/credential.ts';
import type { EventReason, EventType } from '../../grants/events.ts';
import type { ExchangeKind, Outcome } from '../../grants/exchange.ts';
import type { RetriedFailure } from '../../grants/grant.ts';

/** The tables. Times are epoch milliseconds; ARCHITECTURE.md says why rows only grow. */
export interface Database {
  grants: GrantsTable;
  connections: ConnectionsTable;
  exchanges: ExchangesTable;
  credentials: CredentialsTable;
  events: EventsTable;
  links: LinksTable;
  pauses: PausesTable;
  api_keys: ApiKeysTable;
  vault_keys: VaultKeysTable;
  lineages: LineagesTable;
  marks: MarksTable;
  forgetting: ForgettingTable;
  unread_answers: UnreadAnswersTable;
}

interface GrantsTable {
  id: string;
  /** The provider and our client there: see `Provider.realm`. */
  realm: string;
  account_id: string | null;
  /** JSON of an AccountProfile. */
  profile: string | null;
  /** When the provider last reported it so. */
  profile_at: number | null;
  /** JSON of an Applicant: the person for whom the account was created, or may have been. */
  applicant: string | null;
  integrated_at: number | null;
  failures: number;
  retry_at: number | null;
  last_failure: RetriedFailure | null;
  created_at: number;
  /** When its last subject left it; null while it has one, and where it never had one. */
  left_at: number | null;
  /** The first exchange whose access token finds its successor; null where every one does. */
  successors_from: number | null;
  /**
   * From when on forgetting looks at the whole grant again, because something of it was kept when it came due; null
   * where nothing was.
   */
  revisit_at: Generated<number | null>;
}

interface ConnectionsTable {
  realm: string;
  /** The subject; of a connection with a name, its key (`grants/connection-key.ts`). */
  subject: string;
  /** The subject of a connection with a name; null where it has none. */
  owner: Generated<string | null>;
  grant_id: string;
  created_at: number;
  /** When a caller with a credential of its own connected the subject or last asked for its token, to the hour. */
  called_at: Generated<number>;
}

interface ExchangesTable {
  grant_id: string;
  /** Counts up within the grant, in the order in which its exchanges were opened. */
  id: number;
  /** Unguessable: identifies the exchange even if the database goes back in time and gives its number to another. */
  nonce: string;
  /** The lineage of the database in which it was opened; for a refusal, the one in which that was stored. */
  lineage: string;
  kind: ExchangeKind;
  /** The credential whose refresh token is spent, by its exchange's number. */
  presented_id: number | null;
  holder: string;
  opened_at: number;
  lease_until: number;
  /** When the exchange was over; null while it is open. */
  finished_at: number | null;
  outcome: Outcome | null;
  /** When the outcome became known, which is later than `finished_at` for an abandoned exchange. */
  outcome_at: number | null;
  detail: string | null;
  /** 1 where somebody in another process is known to wait for it. */
  awaited: Generated<number>;
}

interface CredentialsTable {
  grant_id: string;
  exchange_id: number;
  /** The nonce of its exchange. */
  nonce: string;
  opened_at: number;
  obtained_at: number;
  expires_at: number;
  refresh_expires_at: number | null;
  token_type: string;
  access_token: Uint8Array;
  access_token_hash: Uint8Array;
  refresh_token: Uint8Array | null;
  /** What the provider said beside the tokens, as far as it is handed on. */
  provider_data: Uint8Array | null;
  ended_at: number | null;
  end_reason: EndReason | null;
  /** When a caller first got it. */
  used_at: number | null;
  /** From when on upkeep renews its access token, and its refresh token. */
  renew_at: number | null;
  lapse_at: number | null;
  /**
   * The realm of its grant; null where it ended before credentials had one, or where such a version has written it
   * since.
   */
  realm: string | null;
}

interface EventsTable {
  id: Generated<number>;
  /** Counts up within the grant. */
  number: number;
  type: EventType;
  reason: EventReason | null;
  at: number;
  realm: string;
  grant_id: string;
  /** JSON of a list. */
  subjects: string;
  exchange_id: number;
  /** What the provider said, where the event is about that. */
  detail: string | null;
}

interface LinksTable {
  id: string;
  realm: string;
  /** As in a connection. */
  subject: string;
  owner: Generated<string | null>;
  return_to: string;
  /**
   * `begun`, `departed` to the provider, `consented`, `taken` by the process that completes it, `connected`; or
   * `revoking` what the consent obtained, where nobody completed it in time.
   */
  step: 'begun' | 'departed' | 'consented' | 'taken' | 'connected' | 'revoking';
  ticket_hash: Uint8Array;
  browser_hash: Uint8Array | null;
  state_hash: Uint8Array | null;
  completion_hash: Uint8Array | null;
  code_verifier: Uint8Array | null;
  code: Uint8Array | null;
  /** A sealed `Obtained`, once the code is spent. */
  answer: Uint8Array | null;
  /** The account in the answer, once it is known. */
  account_id: string | null;
  /** Who has taken it, and in which attempt; null where nobody has. */
  holder: string | null;
  lease_until: number | null;
  /** How often revoking has failed, and when to try again. */
  failures: Generated<number>;
  retry_at: number | null;
  created_at: number;
  expires_at: number;
}

/** What providers have asked of us by their 429 answers: see `Pause`. 0 for never. */
interface PausesTable {
  realm: string;
  strikes: number;
  struck_grant_id: string;
  asked_until: number;
  paused_at: number;
  paused_until: number;
  pauses: number;
  probe_until: number;
  resumed_at: number;
}

interface ApiKeysTable {
  id: string;
  role: 'user' | 'server' | 'admin';
  subject: string | null;
  email: string | null;
  name: string | null;
  hash: Uint8Array;
  created_at: number;
  revoked_at: number | null;
}

interface LineagesTable {
  id: number;
  name: string;
  began_at: number;
}

interface MarksTable {
  place: string;
  tick: number;
}

interface VaultKeysTable {
  id: string;
  check_value: Uint8Array;
}

/**
 * One row: who forgets, until when that process is assumed to be alive, and up to which moments it has walked the facts
 * of each kind.
 */
interface ForgettingTable {
  id: number;
  holder: string | null;
  lease_until: number;
  events_to: number;
  credentials_to: number;
  exchanges_to: number;
}

/** Answers that came and could not be read. */
interface UnreadAnswersTable {
  grant_id: string;
  /** The exchange that it answers, by its number and its nonce. */
  exchange_id: number;
  nonce: string;
  kept_at: number;
  /** The exchange and the answer, sealed. */
  answer: Uint8Array;
  /** Which reader has tried last; null where that is not known. */
  reader: string | null;
  /** 1 where the refresh token that was spent for it may be presented once more. */
  may_present: Generated<number>;
}
