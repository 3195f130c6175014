import type { Mutant } from './mutants.ts';

const RECORD = 'test/support/memory-store/record-outcome.ts';
const RECORD_EVENT = 'test/support/memory-store/record-event.ts';
const DERIVE = 'test/support/memory-store/derive.ts';
const NEXT_STEP = 'src/grants/rules/next-step.ts';
const PERFORM = 'src/grants/keeper/perform-exchange.ts';
const REREAD = 'src/grants/keeper/reread.ts';

/** What must be noticed where answers come that nobody can read. */
export const UNREAD_MUTANTS: readonly Mutant[] = [
  {
    name: 'a refresh token is presented again though its answer is unread',
    kind: 'rotating',
    patches: [
      {
        file: NEXT_STEP,
        find: 'isUnread && !takesSpentTokens(provider)',
        replace: 'isUnread && provider === undefined',
      },
    ],
  },
  {
    name: 'an unread answer is thrown away',
    kind: 'rotating',
    patches: [
      {
        file: RECORD,
        find: 'memory.unread.push({ grantId, exchangeId, nonce, keptAt: now, exchange: named, answer, reader, mayPresent: false });',
        replace: 'void [named, reader];',
      },
    ],
  },
  {
    name: 'an unread answer ends the presented credential',
    kind: 'not_rotating',
    patches: [
      {
        file: RECORD,
        find: "if (answer.kind === 'rejected' && exchange.presented",
        replace: "if ((answer.kind === 'rejected' || answer.kind === 'unreadable') && exchange.presented",
      },
    ],
  },
  {
    name: 'an unread answer is thrown away that the database refuses',
    kind: 'rotating',
    patches: [
      {
        file: PERFORM,
        find: 'if (isInHand(answer) && !isKept)',
        replace: "if (answer.kind === 'obtained' && !isKept)",
      },
      {
        file: PERFORM,
        find: "isInHand(answer) ? 'inHand' : 'failed'",
        replace: "answer.kind === 'obtained' ? 'inHand' : 'failed'",
      },
    ],
  },
  {
    name: 'the user is asked while an answer is unread',
    kind: 'rotating',
    patches: [
      {
        file: NEXT_STEP,
        find: "isUnread ? 'answer_unreadable' : 'reconnect_required'",
        replace: "'reconnect_required'",
      },
      { file: RECORD_EVENT, find: ' || isUnread(memory, grantId)', replace: ' || isUnread.length === 0' },
    ],
  },
  {
    name: 'an answer is stored as often as it is read',
    kind: 'rotating',
    patches: [{ file: RECORD, find: 'if (memory.credential(nonce) !== undefined) return undefined;', replace: '' }],
  },
  {
    name: 'an answer is deleted before what is in it is stored',
    kind: 'rotating',
    patches: [
      {
        file: REREAD,
        find: 'const refusal = await stored(means, content, whole(content.answer, found));',
        replace:
          'await means.unread.drop(answer); const refusal = await stored(means, content, whole(content.answer, found));',
      },
    ],
  },
  {
    name: 'a rescued copy makes unread again what was read',
    kind: 'rotating',
    patches: [
      {
        file: RECORD,
        find: "if (answer.kind === 'unreadable' && isKnown) return undefined;",
        replace: 'void isKnown;',
      },
    ],
  },
  {
    name: 'a recovery whose answer is unread unsettles nothing',
    kind: 'managed',
    patches: [
      { file: DERIVE, find: "outcome === 'unknown' || outcome === 'unreadable'", replace: "outcome === 'unknown'" },
    ],
  },
];
