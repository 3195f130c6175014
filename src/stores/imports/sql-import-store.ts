import { setTimeout as delay } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { isStoreUnavailable } from '../../grants/errors.ts';
import type { ImportStore, ImportVerdict, ScheduledImport } from '../../grants/storage/import-store.ts';
import { addImport, type AddImportOptions, type HeldGrants } from './add-import.ts';
import { importFingerprints, knownImports, type FingerprintedImport } from './import-fingerprints.ts';
import { asNewcomer, insertNewcomers, type Newcomer } from './import-newcomers.ts';
import { isLockTimeout } from '../database/postgres/errors.ts';
import type { Database } from '../database/schema.ts';

/** How many imports one transaction takes: enough to share a disk write, few enough that nobody waits long for it. */
const IMPORTS_AT_ONCE = 256;
/** How long a statement waits for another that adds the same account or subject, in milliseconds. */
const LOCK_PATIENCE_MS = 1_000;
/**
 * How often to retry a grant that others have locked before it counts as busy, and the pause between, in milliseconds.
 */
const HELD = { tries: 10, pauseMs: 20 };

type Found = ImportVerdict | 'held';
type Work = (part: readonly FingerprintedImport[], newcomers: readonly Newcomer[]) => Promise<Found[]>;

/** Imports in SQL: each is an exchange that is finished as soon as it is opened, with its credential. */
export class SqlImportStore implements ImportStore {
  readonly #options: AddImportOptions;

  constructor(options: AddImportOptions) {
    this.#options = options;
  }

  add(imports: readonly ScheduledImport[]): Promise<ImportVerdict[]> {
    return this.#inParts(imports, (part, newcomers) => this.#together(part, newcomers));
  }

  check(imports: readonly ScheduledImport[]): Promise<ImportVerdict[]> {
    return this.#inParts(imports, (part, newcomers) => this.#rolledBack(part, newcomers));
  }

  async #inParts(imports: readonly ScheduledImport[], work: Work): Promise<ImportVerdict[]> {
    const verdicts: ImportVerdict[] = [];
    for (let from = 0; from < imports.length; from += IMPORTS_AT_ONCE) {
      const part = imports.slice(from, from + IMPORTS_AT_ONCE);
      verdicts.push(
        ...(await this.#judged(
          part.map((grant) => this.#marked(grant)),
          work,
        )),
      );
    }
    return verdicts;
  }

  /** Skips what exists already without a lock, and retries what others have locked. */
  async #judged(part: readonly FingerprintedImport[], work: Work): Promise<ImportVerdict[]> {
    const verdicts = new Map<FingerprintedImport, Found>();
    for (let tries = 0; ; tries += 1) {
      const left = part.filter((each) => [undefined, 'held'].includes(verdicts.get(each)));
      const known = await knownImports(this.#options.database, left);
      for (const each of left) if (known.isThere(each)) verdicts.set(each, 'already_there');
      const asked = left.filter((each) => !known.isThere(each));
      const newcomers = newcomersOf(asked, (each) => known.isConnected(each));
      const found =
        asked.length === 0
          ? []
          : await work(
              asked,
              newcomers.map((each) => asNewcomer(each, this.#options)),
            );
      for (const [index, each] of asked.entries()) verdicts.set(each, found[index] ?? 'held');
      if (!found.includes('held')) break;
      if (tries === HELD.tries) break;
      await delay(HELD.pauseMs);
    }
    return part.map((each) => settled(verdicts.get(each)));
  }

  /**
   * Adds all in one transaction. Where that fails, adds each in its own, so that one failure doesn't affect the others.
   */
  async #together(part: readonly FingerprintedImport[], newcomers: readonly Newcomer[]): Promise<Found[]> {
    const { database } = this.#options;
    const added = (some: readonly FingerprintedImport[]) =>
      database.transact((transaction) =>
        this.#addAll(
          transaction,
          some,
          newcomers.filter(({ from }) => some.includes(from)),
        ),
      );
    try {
      return await added(part);
    } catch (error) {
      if (part.length === 1 && isLockTimeout(error)) return ['busy'];
      if (part.length === 1 || (isStoreUnavailable(error) && !isLockTimeout(error))) throw error;
    }
    return this.#oneByOne(part, newcomers);
  }

  /** @throws the first error, once all the others have been tried */
  async #oneByOne(part: readonly FingerprintedImport[], newcomers: readonly Newcomer[]): Promise<Found[]> {
    const found: Found[] = [];
    const errors: unknown[] = [];
    for (const each of part) {
      try {
        found.push(
          ...(await this.#together(
            [each],
            newcomers.filter(({ from }) => from === each),
          )),
        );
      } catch (error) {
        if (isStoreUnavailable(error)) throw error;
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
    return found;
  }

  async #rolledBack(part: readonly FingerprintedImport[], newcomers: readonly Newcomer[]): Promise<Found[]> {
    const found: Found[] = [];
    await this.#options.database
      .transact(async (transaction) => {
        found.splice(0, Infinity, ...(await this.#addAll(transaction, part, newcomers)));
        throw new RolledBack();
      })
      .catch((error: unknown) => {
        if (isLockTimeout(error)) found.splice(0, Infinity, ...part.map(() => 'busy' as const));
        else if (!(error instanceof RolledBack)) throw error;
      });
    return found;
  }

  /** Adds newcomers first, with few statements; then, in order, the imports that need a closer look. */
  async #addAll(
    transaction: Transaction<Database>,
    part: readonly FingerprintedImport[],
    newcomers: readonly Newcomer[],
  ): Promise<Found[]> {
    const { database } = this.#options;
    await database.waitAtMost(transaction, LOCK_PATIENCE_MS);
    const written = await insertNewcomers(transaction, database, newcomers);
    const isWritten = new Set([...written].map(({ from }) => from));
    const held: HeldGrants = new Set();
    const found: Found[] = [];
    for (const each of part) {
      found.push(isWritten.has(each) ? 'imported' : await addImport(transaction, this.#options, each, held));
    }
    return found;
  }

  #marked(grant: ScheduledImport): FingerprintedImport {
    return { grant, marks: importFingerprints(this.#options.vault, grant) };
  }
}

/**
 * The imports whose subject is not connected, and whose subject and account no earlier import has: a later one is
 * judged by what became of the first.
 */
function newcomersOf(
  part: readonly FingerprintedImport[],
  isConnected: (each: FingerprintedImport) => boolean,
): readonly FingerprintedImport[] {
  const seen = new Set<string>();
  return part.filter((each) => {
    const { realm, subject, accountId } = each.grant;
    const names = [`subject ${subject}`, ...(accountId === undefined ? [] : [`account ${accountId}`])];
    const keys = names.map((name) => JSON.stringify([realm, name]));
    const isFirst = !keys.some((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    return isFirst && !isConnected(each);
  });
}

function settled(found: Found | undefined): ImportVerdict {
  return found === undefined || found === 'held' ? 'busy' : found;
}

class RolledBack extends Error {
  override readonly name = 'RolledBack';
}
