import { z } from 'zod';
import { endedBy, familyFields, tokenFields } from '../../oauth/records.ts';

const client = z.object({
  id: z.string(),
  /** Authenticates the client in bodies, and serves as API key in `Authorization: Bearer`. */
  secret: z.string(),
  name: z.string(),
});

const calendar = z.object({
  id: z.string(),
  name: z.string(),
  readonly: z.boolean(),
  primary: z.boolean(),
});

const profile = z.object({
  id: z.string(),
  /** The account it is linked to unless another one is requested. */
  home: z.string(),
  providerName: z.string(),
  providerService: z.string(),
  name: z.string(),
  /** Says nothing about tokens, which stay valid while a profile is disconnected. */
  connected: z.boolean(),
  calendars: z.array(calendar),
});

const account = z.object({
  sub: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  timeZone: z.string(),
  /** The ids of its profiles. Account linking puts a profile into an account that is not its home. */
  profiles: z.array(z.string()),
  /** Set for an application calendar; `id` is the client's own name for it. */
  applicationCalendar: z.object({ clientId: z.string(), id: z.string() }).nullable(),
});

const authorization = z.object({
  ...familyFields,
  delegatedScope: z.string().nullable(),
  /** Why its tokens can no longer be issued or accepted; null while they can. */
  ended: z.enum(['revoked', 'reused_family_revoked', 'code_reused', 'credentials_reissued']).nullable(),
  /** Whether the next refresh rotates, whatever the setting says. */
  rotatesNext: z.boolean(),
});

const token = z.object({
  ...tokenFields,
  /** The id of its authorization. */
  authorization: z.string(),
  ended: endedBy([
    'rotated',
    'superseded',
    'revoked',
    'reused_family_revoked',
    'code_reused',
    'credentials_reissued',
    'purged',
  ]),
});

const code = z.object({
  value: z.string(),
  clientId: z.string(),
  redirectUri: z.string(),
  sub: z.string(),
  /** The id of the chosen profile. */
  profile: z.string(),
  scope: z.string(),
  delegatedScope: z.string().nullable(),
  /** The PKCE challenge (RFC 7636), if the client sent one. */
  challenge: z.object({ value: z.string(), method: z.string() }).nullable(),
  /** Unix ms. */
  expiresAt: z.number(),
  /** The id of the authorization it gave; null until redeemed. */
  redeemedFor: z.string().nullable(),
});

const elementToken = z.object({
  value: z.string(),
  clientId: z.string(),
  permissions: z.array(z.string()),
  subs: z.array(z.string()),
  origin: z.string(),
  /** Unix ms. */
  expiresAt: z.number(),
});

const linkToken = z.object({ value: z.string(), clientId: z.string(), sub: z.string() });

/** The complete state of the fake as JSON data. */
export const worldSnapshot = z.object({
  clients: z.array(client),
  profiles: z.array(profile),
  accounts: z.array(account),
  authorizations: z.array(authorization),
  tokens: z.array(token),
  codes: z.array(code),
  elementTokens: z.array(elementToken),
  linkTokens: z.array(linkToken),
});

export type Client = z.output<typeof client>;
/** A person's calendar account at a calendar service. */
export type Profile = z.output<typeof profile>;
/** A person as Cronofy knows them, or an application calendar. */
export type Account = z.output<typeof account>;
/** One account's consent to one client, with all its tokens. */
export type Authorization = z.output<typeof authorization>;
export type Token = z.output<typeof token>;
export type Code = z.output<typeof code>;
/** What a page with Cronofy's UI elements gets instead of an access token. */
export type ElementToken = z.output<typeof elementToken>;
/** Names the account to link to, in an authorization request. */
export type LinkToken = z.output<typeof linkToken>;
export type WorldSnapshot = z.output<typeof worldSnapshot>;
