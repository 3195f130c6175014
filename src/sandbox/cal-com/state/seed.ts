import { randomBytes } from 'node:crypto';
import { seedOAuth } from './oauth-seed.ts';
import type { OAuthClient, User, WorldSnapshot } from './records.ts';

const LOOPBACK_ORIGINS = ['http://localhost:*', 'http://127.0.0.1:*'];

const clients: OAuthClient[] = [
  {
    id: 'sandbox-cal-client',
    secret: 'sandbox-cal-secret',
    name: 'Sandbox client',
    organizationId: 1,
    ownerId: 1,
    redirectUris: LOOPBACK_ORIGINS,
  },
  {
    id: 'sandbox-cal-client-no-org',
    secret: 'sandbox-cal-secret-no-org',
    name: 'Sandbox client without an organization',
    organizationId: null,
    ownerId: 2,
    redirectUris: LOOPBACK_ORIGINS,
  },
  {
    id: 'sandbox-cal-other-client',
    secret: 'sandbox-cal-other-secret',
    name: "Another app's client",
    organizationId: 2,
    ownerId: 3,
    redirectUris: LOOPBACK_ORIGINS,
  },
];

function person(id: number, name: string, email: string): User {
  return {
    id,
    clientId: null,
    organizationId: null,
    email,
    username: name.toLowerCase().replace(/ /g, '-'),
    name,
    bio: null,
    timeZone: 'Europe/London',
    weekStart: 'Sunday',
    createdDate: '2026-01-01T00:00:00.000Z',
    timeFormat: 12,
    defaultScheduleId: null,
    locale: 'en',
    avatarUrl: null,
    metadata: null,
  };
}

function managedByAnotherApp(id: number, name: string, mailbox: string): User {
  const suffixed = `${mailbox}+sandbox-cal-client`;
  return {
    ...person(id, name, `${suffixed}@example.com`),
    clientId: 'sandbox-cal-client',
    organizationId: 1,
    username: `${suffixed.replace('+', '-')}-example-com`,
    metadata: { app: 'another-app' },
  };
}

/**
 * The initial state: a client with an organization, one without, one of another organization, their owners, an owner's
 * API key, two managed users that another app created through the first client, so that their addresses are taken, and
 * two ordinary accounts that may consent to a third party.
 */
export function seedWorld(): WorldSnapshot {
  return structuredClone({
    signingKey: randomBytes(32).toString('base64url'),
    lastId: 1000,
    clients,
    apiKeys: [{ key: 'cal_sandbox_owner_key', userId: 1 }],
    users: [
      { ...person(1, 'Olga Owner', 'owner@example.org'), organizationId: 1 },
      person(2, 'Otto Outsider', 'outsider@example.org'),
      { ...person(3, 'Olaf Otherowner', 'other-owner@example.org'), organizationId: 2 },
      managedByAnotherApp(101, 'Tara Taken', 'taken'),
      managedByAnotherApp(102, 'Oscar Occupied', 'occupied'),
      person(201, 'Ben Booker', 'ben@example.org'),
      person(202, 'Alma Account', 'alma@example.org'),
    ],
    schedules: [],
    eventTypes: [],
    tokens: [],
    oauth: seedOAuth(),
  });
}
