import type { GrantObserver } from '../grants/observer.ts';
import { replayRescued, type ReplayDependencies } from '../grants/keeper/rescue.ts';
import { RescueFolder } from '../stores/vault/rescue-folder.ts';
import type { Vault } from '../stores/vault/vault.ts';

/**
 * Opens the rescue folder. Answers that were set aside there get another try.
 *
 * @param observer notified of what cannot be read or moved there, which stops nothing
 */
export async function openRescue(
  path: string,
  vault: Vault,
  observer: Pick<GrantObserver, 'failed'>,
): Promise<RescueFolder> {
  const rescue = new RescueFolder(path, vault, (what, cause) => {
    observer.failed(what, cause);
  });
  await rescue.putBack().catch((cause: unknown) => {
    observer.failed('what was set aside in the rescue folder cannot be tried again', cause);
  });
  return rescue;
}

/**
 * Replays rescued answers to the store before any caller is served. Never rejects: upkeep retries what is still
 * refused.
 */
export async function replayAtStart(means: ReplayDependencies & { readonly observer: GrantObserver }): Promise<void> {
  await replayRescued(means).catch((cause: unknown) => {
    means.observer.failed('the database still refuses what was rescued', cause);
  });
}
