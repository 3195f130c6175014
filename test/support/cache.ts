import { join } from 'node:path';

/** Where tests keep what takes long to make and is the same in every run; everything in it may be deleted. */
export const CACHE = join(import.meta.dirname, '../../node_modules/.cache/evergrant');
