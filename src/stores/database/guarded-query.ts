import type { Writable } from 'node:stream';
import type { ClientBase } from 'pg';
import { StoreUnavailableError } from '../../grants/errors.ts';
import { meaningOf } from './postgres/errors.ts';
import type { PostgresServers, Route } from './postgres/servers.ts';
import { BEGIN } from './postgres/session-settings.ts';
import { statementName } from './prepared-statements.ts';

/** How often a single statement is tried in all when it conflicts with another transaction or loses its plan. */
const MOST_TRIES = 4;

/** State that a pool's connections share. */
export interface Guard {
  readonly servers: PostgresServers;
  /** False once a pooler has lost or mixed up a prepared statement: from then on statements are unnamed. */
  keepsPlans: boolean;
}

type Query = (text: unknown, values?: unknown) => Promise<unknown>;

/**
 * Makes a connection prepare every statement that has parameters, and tells trouble with the database from trouble with
 * the statement. It retries single statements where that is safe; `transact` retries a transaction, from its start.
 *
 * @param spend called when the connection must not be used again
 * @throws (the guarded `query`) {@link StoreUnavailableError}, or the server's own error where {@link meaningOf} says
 *   that a retry may succeed or that the statement is to blame
 */
export function guardQueries(client: ClientBase, route: Route, guard: Guard, spend: () => void): void {
  const query = client.query.bind(client) as Query;
  let isInTransaction = false;

  const judge = (error: unknown, text: string): unknown => {
    const meaning = meaningOf(error);
    // After an error has aborted a transaction, every later statement fails with an echo of it.
    if (isEcho(error)) return new StoreUnavailableError(error);
    // Nobody rolls back a transaction whose `begin` failed.
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

/** Sends everything that is queued within one turn of promises in one system call. */
function sendTogether(client: ClientBase): void {
  const { stream } = Reflect.get(client, 'connection') as { stream: Writable };
  stream.cork();
  queueMicrotask(() => {
    process.nextTick(() => {
      stream.uncork();
    });
  });
}
