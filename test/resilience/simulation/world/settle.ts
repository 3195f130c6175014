import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';

// `%PerformMicrotaskCheckpoint` is V8's own way to do it, which no public function leads to.
setFlagsFromString('--allow-natives-syntax');

/**
 * Runs all microtasks that are due, and those that they make due, until none is left. Does nothing while microtasks are
 * being run already, so whoever calls it must be a macrotask.
 */
export const settle = runInThisContext('() => %PerformMicrotaskCheckpoint()') as () => void;
