import { registerHooks } from 'node:module';
import { loadHeart, type Heart } from './heart.ts';

/** One sentence of the source, and what it is made to say instead. */
export interface Patch {
  /** Relative to the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A broken variant of the heart. */
export interface Mutation {
  readonly name: string;
  readonly patches: readonly Patch[];
}

const ROOT = new URL('../../../', import.meta.url).href;
/** Whose files are loaded anew for a mutant; all others are shared, so that their classes stay the same. */
const COPIED = ['src/grants/', 'test/support/memory-store/'].map((folder) => ROOT + folder);
const QUERY = '?mutant=';

/**
 * Loads a copy of the heart with one place broken. The sources on the disk are not touched: a load hook changes their
 * text on its way into Node.
 *
 * @throws where a text to be replaced isn't there exactly once, so that no mutant can rot unseen
 */
export async function mutatedHeart({ name, patches }: Mutation): Promise<Heart> {
  const query = QUERY + encodeURIComponent(name);
  const applied = new Set<Patch>();
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const isChild = context.parentURL?.endsWith(query) === true;
      const isCopied = COPIED.some((folder) => resolved.url.startsWith(folder));
      return isChild && isCopied && !resolved.url.includes('?') ? { ...resolved, url: resolved.url + query } : resolved;
    },
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(query)) return loaded;
      if (typeof loaded.source === 'string' || loaded.source == null) throw new Error(`${url} came as no bytes`);
      let source = Buffer.from(loaded.source as Uint8Array).toString();
      for (const patch of patches) {
        if (url !== ROOT + patch.file + query) continue;
        if (source.split(patch.find).length !== 2) {
          throw new Error(`The mutant "${name}" must find this once in ${patch.file}: ${patch.find}`);
        }
        source = source.replace(patch.find, () => patch.replace);
        applied.add(patch);
      }
      return { ...loaded, source };
    },
  });
  try {
    const heart = await loadHeart(query);
    const missed = patches.filter((patch) => !applied.has(patch));
    if (missed.length > 0)
      throw new Error(`The mutant "${name}" never loaded ${missed.map(({ file }) => file).join()}`);
    return heart;
  } finally {
    hooks.deregister();
  }
}
