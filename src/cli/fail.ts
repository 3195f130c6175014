import { ConfigError } from '../config/config-error.ts';
import { devHint } from './dev/hint.ts';

/** Says what went wrong and what to do, and leaves the exit status at 1. A stack is shown for what nobody expected. */
export function fail(error: unknown): void {
  process.exitCode = 1;
  console.error(explain(error));
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return (
      `Port ${String(error.port)} is taken by another program. Stop it, or choose another port ` +
      '(EVERGRANT_PORT for the service, --cal-port and --cronofy-port for the sandbox).'
    );
  }
  if (error instanceof ConfigError) return [error.message, devHint(error.problems) ?? []].flat().join('\n');
  const expected = error instanceof RangeError || ('code' in error && !isSystem(error.code));
  if (!expected) return error.stack ?? error.message;
  // The operator may know what callers may not.
  if ('code' in error && error.code === 'store_unavailable' && error.cause instanceof Error) {
    return `${error.message} (${error.cause.message})`;
  }
  return error.message;
}

/** Errors of this project have codes in lower case, those of Node and of the system in upper case. */
function isSystem(code: unknown): boolean {
  return typeof code === 'string' && code === code.toUpperCase();
}
