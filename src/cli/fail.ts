import { ConfigError } from '../config/config-error.ts';
import { devHint } from './dev/hint.ts';

/** Prints what went wrong and what to do, and sets the exit code to 1. Prints the stack of unexpected errors. */
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
  // The operator may see details that callers may not.
  if ('code' in error && error.code === 'store_unavailable' && error.cause instanceof Error) {
    return `${error.message} (${error.cause.message})`;
  }
  return error.message;
}

/** Codes of this project are in lower case, those of Node and the system in upper case. */
function isSystem(code: unknown): boolean {
  return typeof code === 'string' && code === code.toUpperCase();
}
