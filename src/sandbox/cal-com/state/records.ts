import { z } from 'zod';
import { oauthSnapshot } from './oauth-records.ts';
import { seedOAuth } from './oauth-seed.ts';

export const metadata = z.record(z.string(), z.union([z.string(), z.boolean(), z.number()]));

const user = z.object({
  id: z.int(),
  /** The OAuth client that manages the user; null for an ordinary account, such as an organization's owner. */
  clientId: z.string().nullable(),
  organizationId: z.int().nullable(),
  email: z.string(),
  username: z.string(),
  name: z.string(),
  bio: z.string().nullable(),
  timeZone: z.string(),
  weekStart: z.string(),
  createdDate: z.string(),
  timeFormat: z.number(),
  defaultScheduleId: z.number().nullable(),
  locale: z.string(),
  avatarUrl: z.string().nullable(),
  metadata: metadata.nullable(),
});

const client = z.object({
  id: z.string(),
  secret: z.string(),
  name: z.string(),
  organizationId: z.int().nullable(),
  ownerId: z.int(),
  redirectUris: z.array(z.string()),
});

const schedule = z.object({
  id: z.int(),
  userId: z.int(),
  name: z.string(),
  timeZone: z.string(),
});

const eventType = z.object({
  id: z.int(),
  userId: z.int(),
  slug: z.string(),
  title: z.string(),
  length: z.int(),
  description: z.string(),
});

const token = z.object({
  value: z.string(),
  kind: z.enum(['access', 'refresh']),
  clientId: z.string(),
  userId: z.int(),
  issuedBy: z.enum(['create', 'refresh', 'force_refresh', 'consent']),
  /** Shared by all tokens that descend from one creation, force-refresh or consent. */
  family: z.string(),
  /** Unix ms. */
  issuedAt: z.number(),
  /** Unix ms. */
  expiresAt: z.number(),
  /** What happened to the token. An expired token is still `live`, since its row still exists. */
  fate: z.enum(['live', 'used', 'deleted', 'purged']),
  /** How often it was accepted. */
  uses: z.int(),
  /** The granted scopes; undefined for a managed user's token. */
  scopes: z.array(z.string()).optional(),
});

/** The complete state of the fake as JSON data. */
export const worldSnapshot = z.object({
  signingKey: z.string(),
  lastId: z.int(),
  clients: z.array(client),
  apiKeys: z.array(z.object({ key: z.string(), userId: z.int() })),
  users: z.array(user),
  schedules: z.array(schedule),
  eventTypes: z.array(eventType),
  tokens: z.array(token),
  /** A state saved before OAuth was added gets the initial one. */
  oauth: oauthSnapshot.default(seedOAuth),
});

export type Metadata = z.output<typeof metadata>;
export type User = z.output<typeof user>;
export type OAuthClient = z.output<typeof client>;
export type Schedule = z.output<typeof schedule>;
export type EventType = z.output<typeof eventType>;
export type Token = z.output<typeof token>;
export type WorldSnapshot = z.output<typeof worldSnapshot>;
