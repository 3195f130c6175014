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
}

interface GrantsTable {
  id: string;
  /** The provider and our client there: see `Provider.realm`. */
  realm: string;
  account_id: string | null;
  /** JSON of an AccountProfile. */
  profile: string | null;
  /** When the provider last showed it so. */
  profile_at: number | null;
  /** JSON of an Applicant: whom the account was, or is perhaps already, created for. */
  applicant: string | null;
  integrated_at: number | null;
  failures: number;
  retry_at: number | null;
  last_failure: RetriedFailure | null;
  created_at: number;
  /** When its last subject left it; null while there is one, and where there never was. */
  left_at: number | null;
  /** The first exchange whose access token finds its successor; null where every one does. */
  successors_from: number | null;
  /**
   * From when on forgetting looks at it as a whole, for something of it that was kept when its time came; null where there is
   * no such thing.
   */
  revisit_at: Generated<number | null>;
}

interface ConnectionsTable {
  realm: string;
  subject: string;
  grant_id: string;
  created_at: number;
  /** When a caller with a credential of its own connected the subject or last asked for its token, to the hour. */
  called_at: Generated<number>;
}

interface ExchangesTable {
  grant_id: string;
  /** Counts up within the grant, in the order in which its exchanges were opened. */
  id: number;
  /** Unguessable: says which exchange this is, should the database go back in time and give its number away again. */
  nonce: string;
  /** The lineage of the database in which it was opened; of a refusal, the one in which that was stored. */
  lineage: string;
  kind: ExchangeKind;
  /** The credential whose refresh token is spent, by its exchange's number. */
  presented_id: number | null;
  holder: string;
  opened_at: number;
  lease_until: number;
  /** When the claim ended; null while the exchange is open. */
  finished_at: number | null;
  outcome: Outcome | null;
  /** When the outcome became known, which is later than `finished_at` for an exchange that was abandoned. */
  outcome_at: number | null;
  detail: string | null;
  /** 1 where somebody in another process waits for it, as far as was noted. */
  awaited: Generated<number>;
}

interface CredentialsTable {
  grant_id: string;
  exchange_id: number;
  /** Of its exchange. */
  nonce: string;
  opened_at: number;
  obtained_at: number;
  expires_at: number;
  refresh_expires_at: number | null;
  token_type: string;
  access_token: Uint8Array;
  access_token_hash: Uint8Array;
  refresh_token: Uint8Array | null;
  ended_at: number | null;
  end_reason: EndReason | null;
  /** When a caller first got it. */
  used_at: number | null;
  /** From when on upkeep sees to its access token, and to its refresh token. */
  renew_at: number | null;
  lapse_at: number | null;
  /** That of its grant; null where it ended before credentials had one, or was written by such a version since. */
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
}

interface LinksTable {
  id: string;
  realm: string;
  subject: string;
  return_to: string;
  /**
   * `begun`, `departed` to the provider, `consented`, `taken` by whoever completes it, `connected`; or `revoking` what
   * came of it, where nobody took that in time.
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
  /** Of the answer, once it is known. */
  account_id: string | null;
  /** Who has taken it, and by which taking; null where nobody has. */
  holder: string | null;
  lease_until: number | null;
  /** How often revoking has failed, and when to try again. */
  failures: Generated<number>;
  retry_at: number | null;
  created_at: number;
  expires_at: number;
}

/** What providers were found to ask of us by their 429 answers: see `Pause`. 0 for never. */
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

/** One row: who forgets, for how long it is taken for alive, and up to which moments it has walked the facts of each kind. */
interface ForgettingTable {
  id: number;
  holder: string | null;
  lease_until: number;
  events_to: number;
  credentials_to: number;
  exchanges_to: number;
}
