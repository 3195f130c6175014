import type { Writable } from 'node:stream';
import type { ClientBase } from 'pg';
import { StoreUnavailableError } from '../../grants/errors.ts';
import { meaningOf } from './postgres/errors.ts';
import type { PostgresServers, Route } from './postgres/servers.ts';
import { BEGIN } from './postgres/session-settings.ts';
import { statementName } from './prepared-statements.ts';

/** How often a single statement is asked again, where it met another transaction or lost its plan. */
const MOST_TRIES = 4;

/** What a pool's connections have in common. */
export interface Guard {
  readonly servers: PostgresServers;
  /** False once a pooler has forgotten a prepared statement, or mixed it up: none has a name from then on. */
  keepsPlans: boolean;
}

type Query = (text: unknown, values?: unknown) => Promise<unknown>;

/**
 * Makes a connection prepare every statement that has parameters, and tell trouble of the database from trouble of the
 * statement. A single statement that can be asked again is; in a transaction that is for `transact` to do, from its start.
 *
 * @param spend called where the connection must not be used again
 * @throws (the guarded `query`) {@link StoreUnavailableError}, or the server's own error where {@link meaningOf} says that
 *   another try may succeed or that the statement is to blame
 */
export function guardQueries(client: ClientBase, route: Route, guard: Guard, spend: () => void): void {
  const query = client.query.bind(client) as Query;
  let isInTransaction = false;

  const judge = (error: unknown, text: string): unknown => {
    const meaning = meaningOf(error);
    // What an earlier error has ended is said again of every statement after it.
    if (isEcho(error)) return new StoreUnavailableError(error);
    // A transaction of which the beginning failed is nobody's to roll back.
    if (text === BEGIN || (meaning !== undefined && meaning !== 'met')) spend();
    if (meaning === 'read_only') guard.servers.leave(route);
    if (meaning === 'no_plan') {
      if (guard.servers.isPooled) guard.keepsPlans = false;
      else guard.servers.renew();
    }
    const isWorthAnother = meaning === 'met' || meaning === 'no_plan';
    return meaning === undefined || isWorthAnother ? error : new StoreUnavailableError(error);
  };

  const askAgain = async (first: unknown, text: string, values: unknown): Promise<unknown> => {
    let error = first;
    for (let tries = 1; ; tries += 1) {
      const judged = judge(error, text);
      const meaning = meaningOf(judged);
      if (meaning !== 'met' && meaning !== 'no_plan') throw judged;
      if (tries === MOST_TRIES) throw new StoreUnavailableError(error);
      try {
        return await query(text, values);
      } catch (again) {
        error = again;
      }
    }
  };

  const guarded: Query = (text, values) => {
    if (typeof text !== 'string') return query(text, values);
    const name = guard.keepsPlans && Array.isArray(values) && values.length > 0 ? statementName(text) : undefined;
    const isSingle = !isInTransaction && text !== BEGIN;
    if (text === BEGIN) isInTransaction = true;
    else if (text === 'commit' || text === 'rollback') isInTransaction = false;
    sendTogether(client);
    const asked = name === undefined ? query(text, values) : query({ name, text, values });
    return asked.catch((error: unknown) => {
      if (isSingle) return askAgain(error, text, values);
      throw judge(error, text);
    });
  };
  client.query = guarded as typeof client.query;
}

function isEcho(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '25P02';
}

/** What is asked within one turn of promises goes out in one system call. */
function sendTogether(client: ClientBase): void {
  const { stream } = Reflect.get(client, 'connection') as { stream: Writable };
  stream.cork();
  queueMicrotask(() => {
    process.nextTick(() => {
      stream.uncork();
    });
  });
}
