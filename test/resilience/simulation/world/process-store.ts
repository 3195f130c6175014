import type { UnreadStore } from '../../../../src/grants/storage/unread-store.ts';
import type { GrantStore } from '../../../../src/grants/storage/grant-store.ts';
import { call } from './call.ts';
import type { Port } from './faults.ts';
import type { MemoryStore } from '../../../support/memory-store/memory-store.ts';
import type { Process } from './process.ts';
import type { Surroundings } from './surroundings.ts';

/** The database as one process sees it: every statement is a way there and a way back. */
export function processStore(at: Surroundings, process: Process, store: MemoryStore): GrantStore {
  const through = <Args extends unknown[], Result>(
    port: Port,
    method: (...args: Args) => Result,
    writes = true,
  ): ((...args: Args) => Promise<Result>) => {
    return (...args) =>
      call(
        at,
        process,
        port,
        () => {
          const result = method(...args);
          if (writes) at.changed();
          return result;
        },
        () => describe(args),
      );
  };
  return {
    view: through('view', (...args) => store.view(...args), false),
    viewWithStatus: through('claims', (...args) => {
      process.claimsReadAt = at.scheduler.now;
      return store.viewWithStatus(...args);
    }),
    exchangeStatus: through('claims', (...args) => {
      process.claimsReadAt = at.scheduler.now;
      return store.claims(...args);
    }),
    lastExchanged: through('other', (...args) => store.lastExchanged(...args), false),
    connect: through('other', (...args) => {
      store.connect(...args);
    }),
    openExchange: through('open', (...args) => {
      const opened = store.openExchange(...args);
      if (opened !== undefined) at.opened(opened.nonce, process.claimsReadAt);
      return opened;
    }),
    standingApplicant: through('other', (...args) => store.standingApplicant(...args), false),
    renewLease: through('renew', (...args) => {
      store.renewLease(...args);
    }),
    finishObtained: through('obtained', (exchange, answer) => {
      const row = at.memory.exchange(exchange.nonce);
      if (row?.finishedAt !== undefined && at.memory.credential(exchange.nonce) === undefined) {
        at.census.see(row.outcome === undefined ? 'success of an abandoned exchange' : 'success after unknown');
      }
      return store.finishObtained(exchange, answer);
    }),
    applyBackoff: through('other', (...args) => {
      store.applyBackoff(...args);
    }),
    finishFailed: through('failed', (...args) => {
      if (args[1].answer.kind === 'unreadable') at.census.see('kept unread');
      return store.finishFailed(...args);
    }),
    noteReconnectRequired: through('note', (...args) => {
      process.notedAt = at.scheduler.now;
      return store.noteReconnectRequired(...args);
    }),
    noteAwaited: () => Promise.resolve(),
    awaitChange: (_grantId, ms) => (at.scenario.hints ? hinted(at, process, ms) : process.clock.sleep(ms)),
    account: through('other', (...args) => store.account(...args), false),
    noteProfile: through('other', (...args) => {
      store.noteProfile(...args);
    }),
  };
}

/** The unread answers as one process sees them. */
export function processUnread(at: Surroundings, process: Process, store: MemoryStore): UnreadStore {
  const through = <Result>(work: () => Result) =>
    call(at, process, 'other', () => {
      const result = work();
      at.changed();
      return result;
    });
  return {
    list: (...args) => through(() => store.unread(...args)),
    noteReader: (...args) =>
      through(() => {
        store.noteReader(...args);
      }),
    letPresent: (...args) =>
      through(() => {
        store.letPresent(...args);
      }),
    drop: (...args) =>
      through(() => {
        store.dropUnread(...args);
      }),
    counts: () => through(() => store.countUnread()),
  };
}

/** A hint may come at any time before the wait is over, or not at all. */
function hinted(at: Surroundings, process: Process, ms: number): Promise<void> {
  return process.clock.sleep(at.random() < 0.5 ? ms * at.random() : ms);
}

function describe(args: readonly unknown[]): string {
  return JSON.stringify(args.at(-1));
}
