import type { Mutation } from '../mutate.ts';

const STORE = 'test/support/memory-store/memory-store.ts';
const RECORD = 'test/support/memory-store/record-outcome.ts';
const DEMAND = 'src/grants/rules/demand.ts';

/** A mutant, and the schedule that notices it. */
export interface RareMutant extends Mutation {
  /** The name of a regression. */
  readonly regression: string;
  /** The property that is broken there. */
  readonly property: string;
}

/** Too rare to be met by chance: noticed by the schedules that once found them. */
export const RARE_MUTANTS: readonly RareMutant[] = [
  {
    name: 'an exchange is opened on what was read before a late answer came',
    regression: 'an exchange is opened after a late answer to what was read before',
    property: 'Q6',
    patches: [
      {
        file: STORE,
        find: 'if (currentOf(this.#memory, grantId)?.nonce !== current?.nonce) return undefined;',
        replace: 'void current;',
      },
    ],
  },
  {
    name: 'an exchange is opened on what was read before an unread answer came',
    regression: 'an exchange is opened after a late answer that nobody could read',
    property: 'Q6',
    patches: [
      {
        file: STORE,
        find: 'if (isUnread(this.#memory, grantId) !== foundUnread) return undefined;',
        replace: 'void foundUnread;',
      },
    ],
  },
  {
    name: 'a late answer of a recovery stays ahead of the clock',
    regression: 'a recovery is answered late, and then the clock of the database is set back',
    property: 'Q3',
    patches: [
      { file: STORE, find: "if (kind === 'recover') this.#catchUp", replace: "if (kind === 'import') this.#catchUp" },
    ],
  },
  {
    name: 'what was obtained since is known by its number alone',
    regression: 'the seen token comes back under a higher number to a database that went back in time',
    property: 'never the rejected one',
    patches: [{ file: DEMAND, find: ' && nonce !== seen.nonce', replace: ' && nonce !== undefined' }],
  },
  {
    name: 'whatever was obtained since is better than what was rejected',
    regression: 'the rejected token comes back to a database that had forgotten it',
    property: 'never the rejected one',
    patches: [
      {
        file: DEMAND,
        find: 'return demand.rejectsSeen === true || !wasRejected(view, demand);',
        replace: 'return true;',
      },
    ],
  },
  {
    name: 'a refusal tells of what the database knew when its exchange was opened',
    regression: 'a refusal of an exchange that was there before the database went back in time',
    property: 'told truly',
    patches: [
      {
        file: RECORD,
        find: "if (answer.kind === 'rejected') finished.lineage = memory.lineage;",
        replace: 'void finished;',
      },
    ],
  },
  {
    name: 'what is written again counts as opened in the lineage that is being written',
    regression: 'a refusal of what came with an answer that was written again',
    property: 'told truly',
    patches: [{ file: RECORD, find: 'lineage: FORGOTTEN,', replace: 'lineage: memory.lineage + FORGOTTEN,' }],
  },
];
