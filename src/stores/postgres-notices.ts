import { EventEmitter, once } from 'node:events';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { sql, type Transaction } from 'kysely';
import { Client } from 'pg';
import type { Secret } from '../secret.ts';
import type { Database } from './schema.ts';

/** Hints from one instance to the others that a grant has changed. Nothing is wrong where one is missed. */
export interface Notices {
  announce(transaction: Transaction<Database>, grantId: string): Promise<void>;
  /** Resolves after `ms` milliseconds, or sooner at a hint. */
  awaitChange(grantId: string, ms: number): Promise<void>;
  close(): Promise<void>;
}

const CHANNEL = 'evergrant_grants';
const RECONNECT_MS = 2_000;
const GOODBYE_MS = 2_000;

/** Listens on a connection of its own, which is opened again whenever it is lost. */
export function openNotices(url: Secret, trouble: (what: string, cause: unknown) => void): Notices {
  const changes = new EventEmitter().setMaxListeners(0);
  const closing = new AbortController();
  const listening = keepListening(url, changes, trouble, closing.signal);
  return {
    announce: async (transaction, grantId) => {
      await sql`select pg_notify(${CHANNEL}, ${grantId})`.execute(transaction);
    },
    async awaitChange(grantId, ms) {
      const signal = AbortSignal.any([AbortSignal.timeout(Math.ceil(ms)), closing.signal]);
      await once(changes, grantId, { signal }).catch(() => undefined);
    },
    async close() {
      closing.abort();
      await listening;
    },
  };
}

async function keepListening(
  url: Secret,
  changes: EventEmitter,
  trouble: (what: string, cause: unknown) => void,
  closing: AbortSignal,
): Promise<void> {
  const isClosing = () => closing.aborted;
  while (!isClosing()) {
    const socket = new Socket();
    const client = new Client({ connectionString: url.reveal(), keepAlive: true, stream: () => socket });
    let isConnected = false;
    const lost = new Promise<void>((resolve) => {
      client.on('error', (error) => {
        if (!isClosing()) trouble('the connection for notices was lost', error);
        resolve();
      });
      client.on('end', resolve);
      closing.addEventListener('abort', () => {
        // Before it is there, nothing else would end the attempt.
        if (!isConnected) socket.destroy();
        resolve();
      });
    });
    client.on('notification', ({ payload }) => changes.emit(payload ?? ''));
    try {
      await client.connect();
      isConnected = true;
      await client.query(`listen ${CHANNEL}`);
      await lost;
    } catch (error) {
      if (!isClosing()) trouble('the connection for notices cannot be made', error);
    }
    // A server that says nothing doesn't say goodbye either.
    await Promise.race([client.end().catch(() => undefined), delay(GOODBYE_MS, undefined, { ref: false })]);
    socket.destroy();
    await delay(RECONNECT_MS, undefined, { signal: closing }).catch(() => undefined);
  }
}
