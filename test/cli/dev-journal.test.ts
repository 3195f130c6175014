import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { devJournal } from '../../src/cli/dev/journal.ts';

/** What a log call is made of, and the line that becomes of it after the time. */
const LINES: Record<string, { level?: 'warn' | 'error'; given: object; message: string; line: string }> = {
  'an event': {
    given: {
      id: 1,
      type: 'grant.created',
      realm: 'cronofy https://api.cronofy.com x',
      grantId: 'g',
      subjects: ['alice'],
    },
    message: 'event',
    line: 'alice  cronofy  grant.created',
  },
  'an event of two subjects, for a reason': {
    level: 'warn',
    given: {
      type: 'grant.reconnect_required',
      reason: 'refused',
      realm: 'acme https://x y',
      subjects: ['alice', 'bob'],
    },
    message: 'event',
    line: '!  alice, bob  acme  grant.reconnect_required  refused',
  },
  'an event of nobody': {
    given: { type: 'grant.disconnected', realm: 'acme https://x y', subjects: [] },
    message: 'event',
    line: 'acme  grant.disconnected',
  },
  'an exchange': {
    given: { subject: 'alice', provider: 'cronofy', kind: 'refresh', outcome: 'obtained', durationMs: 12 },
    message: 'exchange',
    line: 'alice  cronofy  refresh -> obtained (12 ms)',
  },
  'an exchange and what it made of the grant': {
    given: {
      subject: 'alice',
      provider: 'cronofy',
      kind: 'provision',
      outcome: 'obtained',
      durationMs: 12,
      event: 'grant.recovered',
      reason: 'answer_lost',
    },
    message: 'exchange',
    line: 'alice  cronofy  provision -> obtained (12 ms)  grant.recovered  answer_lost',
  },
  'an exchange that failed': {
    level: 'warn',
    given: {
      subject: 'alice',
      provider: 'cronofy',
      kind: 'refresh',
      outcome: 'unknown',
      durationMs: 3,
      detail: 'HTTP 500',
      err: new Error('it broke off'),
    },
    message: 'exchange',
    line: '!  alice  cronofy  refresh -> unknown (3 ms)  HTTP 500  it broke off',
  },
  'anything else': {
    level: 'error',
    given: { err: new Error('no such table') },
    message: 'the database refuses',
    line: '!  the database refuses  no such table',
  },
};

describe('the journal of evergrant dev', () => {
  for (const [name, { level = 'info', given, message, line }] of Object.entries(LINES)) {
    it(`tells ${name} in one line`, () => {
      const written: string[] = [];
      const logger = pino({}, devJournal({ write: (text: string) => written.push(text) }));
      logger[level](given, message);
      assert.match(written.join(''), /^\d\d:\d\d:\d\d {2}.*\n$/);
      assert.equal(written.join('').slice('00:00:00  '.length, -1), line);
    });
  }
});
