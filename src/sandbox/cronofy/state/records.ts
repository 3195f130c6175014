import { z } from 'zod';
import { endedBy, familyFields, tokenFields } from '../../oauth/records.ts';

const client = z.object({
  id: z.string(),
  /** Authenticates the client in bodies, and is the API key in `Authorization: Bearer`. */
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
  /** The account it is linked to unless another one is asked for. */
  home: z.string(),
  providerName: z.string(),
  providerService: z.string(),
  name: z.string(),
  /** Says nothing about tokens: they live on while a profile is disconnected. */
  connected: z.boolean(),
  calendars: z.array(calendar),
});

const account = z.object({
  sub: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  timeZone: z.string(),
  /** The ids of its profiles; account linking puts one into an account that is not its home. */
  profiles: z.array(z.string()),
  /** Set where no person stands behind it; `id` is the client's own word for it. */
  applicationCalendar: z.object({ clientId: z.string(), id: z.string() }).nullable(),
});

const authorization = z.object({
  ...familyFields,
  delegatedScope: z.string().nullable(),
  /** Why no token of it can ever be issued or taken again; null while that is not so. */
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
  /** The id of the profile that was chosen. */
  profile: z.string(),
  scope: z.string(),
  delegatedScope: z.string().nullable(),
  /** The PKCE challenge, if the client gave one. */
  challenge: z.object({ value: z.string(), method: z.string() }).nullable(),
  /** Unix ms. */
  expiresAt: z.number(),
  /** The id of the authorization that it brought; null until it was redeemed. */
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

/** The whole state of the fake as JSON data. */
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
/** One calendar account of a person at a calendar service. */
export type Profile = z.output<typeof profile>;
/** What Cronofy knows one person by, or one application calendar. */
export type Account = z.output<typeof account>;
/** One account's consent to one client, with all tokens that come of it. */
export type Authorization = z.output<typeof authorization>;
export type Token = z.output<typeof token>;
export type Code = z.output<typeof code>;
/** What a page with Cronofy's UI elements gets in place of an access token. */
export type ElementToken = z.output<typeof elementToken>;
/** Names, in an authorization request, the account to link to. */
export type LinkToken = z.output<typeof linkToken>;
export type WorldSnapshot = z.output<typeof worldSnapshot>;
