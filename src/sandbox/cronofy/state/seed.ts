import { newPerson } from './new-account.ts';
import type { WorldSnapshot } from './records.ts';

const people = [
  ['1', 'Ada Adams', 'ada@example.com', ['google', 'gsuite']],
  ['2', 'Ben Brook', 'ben@example.com', ['office365', 'office365']],
  ['3', 'Cleo Clark', 'cleo@example.com', ['apple', 'icloud']],
  ['4', 'Dora Dean', 'dora@example.com', ['live_connect', 'outlook_com']],
] as const;

/** The initial state: two applications, and four people who have not consented to anything. */
export function seedWorld(): WorldSnapshot {
  const seeded = people.map(([digit, name, email, provider]) =>
    newPerson({
      sub: `acc_${digit.padStart(24, '0')}`,
      profileId: `pro_${digit.padStart(24, '0')}`,
      name,
      email,
      provider,
    }),
  );
  return {
    clients: [
      { id: 'sandbox-cronofy-client', secret: 'sandbox-cronofy-secret', name: 'Sandbox application' },
      { id: 'sandbox-cronofy-other-client', secret: 'sandbox-cronofy-other-secret', name: 'Another application' },
    ],
    profiles: seeded.map(({ profile }) => profile),
    accounts: seeded.map(({ account }) => account),
    authorizations: [],
    tokens: [],
    codes: [],
    elementTokens: [],
    linkTokens: [],
  };
}
