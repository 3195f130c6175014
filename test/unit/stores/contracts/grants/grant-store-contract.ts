import type { GrantStore } from '../../../../../src/grants/storage/grant-store.ts';
import type { UnreadStore } from '../../../../../src/grants/storage/unread-store.ts';
import type { Vault } from '../../../../../src/stores/vault/vault.ts';
import { accountsContract } from './accounts-contract.ts';
import { backoffContract } from './backoff-contract.ts';
import { exchangeStatusContract } from './exchange-status-contract.ts';
import { clockSetBackContract } from './clock-set-back-contract.ts';
import { connectionsContract } from '../connections/connections-contract.ts';
import { credentialsContract } from './credentials-contract.ts';
import { eventsContract } from './events-contract.ts';
import { lastExchangedContract } from './last-exchanged-contract.ts';
import { lateAnswersContract } from './late-answers-contract.ts';
import { providerDataContract } from './provider-data-contract.ts';
import type { TestClock } from '../../../../support/stores/test-clock.ts';
import { unreadContract } from './unread-contract.ts';
import { unsettledContract } from './unsettled-contract.ts';

/** An empty database that several instances may open, for as long as one test takes. */
export interface StorePlace extends AsyncDisposable {
  /** The clock of every instance, and that leases are compared by. */
  readonly clock: TestClock;
  /** One more instance's store; all under one key ring unless another is given. */
  open(options?: { vault?: Vault }): Promise<GrantStore>;
  /** The unread answers, as one more instance finds them. */
  openUnread(): Promise<UnreadStore>;
  /** How many grants there are, connected or not. */
  countGrants(): Promise<number>;
  /** Why each credential ended, by its exchange's id; null for one that has not. */
  endReasons(): Promise<ReadonlyMap<number, unknown>>;
}

/** Opens a new, empty place. */
export type OpenPlace = () => Promise<StorePlace>;

/** What every store of grants must do, whatever database is under it. */
export function grantStoreContract(database: string, openPlace: OpenPlace): void {
  connectionsContract(database, openPlace);
  exchangeStatusContract(database, openPlace);
  credentialsContract(database, openPlace);
  providerDataContract(database, openPlace);
  lateAnswersContract(database, openPlace);
  unsettledContract(database, openPlace);
  unreadContract(database, openPlace);
  accountsContract(database, openPlace);
  backoffContract(database, openPlace);
  lastExchangedContract(database, openPlace);
  eventsContract(database, openPlace);
  clockSetBackContract(database, openPlace);
}
