import { randomUUID } from 'node:crypto';
import type { ImportStore, ImportVerdict, ScheduledImport } from '../grants/storage/import-store.ts';
import { Secret } from '../secret.ts';

/** How many imports a store judges in one transaction, at least. */
const JUDGED_TOGETHER = 256;
/** An import is judged by two earlier ones at most: of its subject, and of its account. */
const WITH_EARLIER = Math.floor(JUDGED_TOGETHER / 3);

/**
 * Judges the imports of a dry run as the real run would: also by those before them, which were judged and not stored.
 * What it remembers of these holds no token.
 *
 * @param check judges imports together, and stores nothing
 */
export function rehearse(check: ImportStore['check']): ImportStore['add'] {
  const earlier = new Map<string, ScheduledImport>();
  const judge = async (imports: readonly ScheduledImport[]): Promise<ImportVerdict[]> => {
    const before = new Set(imports.flatMap((each) => keysOf(each).map((key) => earlier.get(key))));
    before.delete(undefined);
    const prelude = [...before].filter((each) => each !== undefined);
    const verdicts = (await check([...prelude, ...imports])).slice(prelude.length);
    for (const [index, each] of imports.entries()) {
      if (verdicts[index] !== 'imported') continue;
      const remembered = withoutTokens(each);
      for (const key of keysOf(each)) earlier.set(key, remembered);
    }
    return verdicts;
  };
  return async (imports) => {
    if (!imports.some((each) => keysOf(each).some((key) => earlier.has(key)))) return judge(imports);
    const verdicts: ImportVerdict[] = [];
    for (let from = 0; from < imports.length; from += WITH_EARLIER) {
      verdicts.push(...(await judge(imports.slice(from, from + WITH_EARLIER))));
    }
    return verdicts;
  };
}

function keysOf({ realm, subject, accountId }: ScheduledImport): string[] {
  const keys = [JSON.stringify([realm, 'subject', subject])];
  return accountId === undefined ? keys : [...keys, JSON.stringify([realm, 'account', accountId])];
}

/** The same import with a token that nobody has. */
function withoutTokens(grant: ScheduledImport): ScheduledImport {
  return { ...grant, access: undefined, refresh: { token: new Secret(randomUUID()), expiresAt: undefined } };
}
