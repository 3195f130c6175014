import type { CalCom } from '../cal-com.ts';
import { badRequest, conflict, databaseErrors, notFound } from './exceptions.ts';
import { calDiyUsername, platformUsername, suffixEmail } from '../state/names.ts';
import { metadata as metadataRecord, type OAuthClient, type User } from '../state/records.ts';

const userMetadata = metadataRecord.nullable();

/** A validated body; absent and null fields keep their value or get the default. */
type UserInput = Record<string, unknown>;

const DEFAULT_EVENT_TYPES = [
  { slug: 'thirty-minutes', title: '30 Minutes', length: 30 },
  { slug: 'sixty-minutes', title: '60 Minutes', length: 60 },
  { slug: 'thirty-minutes-video', title: '30 Minutes Video', length: 30 },
  { slug: 'sixty-minutes-video', title: '60 Minutes Video', length: 60 },
];

function text<Fallback>(value: unknown, fallback: Fallback): string | Fallback {
  return typeof value === 'string' ? value : fallback;
}

function usernameOf(cal: CalCom, email: string, organizationId: number): string {
  return cal.settings.values.variant === 'cal_diy' ? calDiyUsername(email, organizationId) : platformUsername(email);
}

/**
 * Creates a managed user with what Cal.com adds: a schedule if a time zone is given, and event types.
 *
 * @throws CalException if the client has no organization or the e-mail is taken
 */
export function createUser(cal: CalCom, client: OAuthClient, input: UserInput): User {
  if (client.organizationId === null) {
    throw badRequest(
      'You cannot create a managed user outside of an organization - the OAuth client does not belong to any organization.',
    );
  }
  const email = suffixEmail(text(input.email, ''), client.id);
  const existing = cal.world.userByEmail(email);
  if (existing !== undefined) {
    throw conflict(`User with the provided e-mail already exists. Existing user ID=${existing.id}`);
  }
  const user: User = {
    id: cal.world.nextId(),
    clientId: client.id,
    organizationId: client.organizationId,
    email,
    username: usernameOf(cal, email, client.organizationId),
    name: text(input.name, ''),
    bio: text(input.bio, null),
    timeZone: text(input.timeZone, 'Europe/London'),
    weekStart: text(input.weekStart, 'Sunday'),
    createdDate: new Date(cal.clock.now()).toISOString(),
    timeFormat: typeof input.timeFormat === 'number' ? input.timeFormat : 12,
    defaultScheduleId: null,
    locale: text(input.locale, 'en'),
    avatarUrl: text(input.avatarUrl, null),
    metadata: userMetadata.parse(input.metadata ?? null),
  };
  furnish(cal, user, typeof input.timeZone === 'string');
  cal.world.putUser(user);
  return user;
}

function furnish(cal: CalCom, user: User, hasTimeZone: boolean): void {
  if (cal.settings.values.variant === 'cal_diy') return;
  if (hasTimeZone) {
    user.defaultScheduleId = cal.world.nextId();
    const { id: userId, timeZone } = user;
    cal.world.addSchedule({ id: user.defaultScheduleId, userId, name: 'Default schedule', timeZone });
  }
  if (!cal.settings.values.default_event_types) return;
  for (const eventType of DEFAULT_EVENT_TYPES) {
    cal.world.addEventType({ id: cal.world.nextId(), userId: user.id, ...eventType, description: '' });
  }
}

/**
 * Updates a user. A new e-mail is suffixed again and changes the username.
 *
 * @throws CalException if the e-mail is taken
 */
export function updateUser(cal: CalCom, user: User, input: UserInput): User {
  const email = typeof input.email === 'string' ? newEmail(cal, user, input.email) : user.email;
  const organizationId = user.organizationId;
  const isRenamed = typeof input.email === 'string' && user.clientId !== null && organizationId !== null;
  const changed: User = {
    ...user,
    email,
    username: isRenamed ? usernameOf(cal, email, organizationId) : user.username,
    name: text(input.name, user.name),
    bio: input.bio === null ? null : text(input.bio, user.bio),
    timeZone: text(input.timeZone, user.timeZone),
    weekStart: text(input.weekStart, user.weekStart),
    timeFormat: typeof input.timeFormat === 'number' ? input.timeFormat : user.timeFormat,
    defaultScheduleId: typeof input.defaultScheduleId === 'number' ? input.defaultScheduleId : user.defaultScheduleId,
    locale: text(input.locale, user.locale),
    avatarUrl: input.avatarUrl === null ? null : text(input.avatarUrl, user.avatarUrl),
    metadata: userMetadata.parse(input.metadata ?? user.metadata),
  };
  cal.world.putUser(changed);
  return changed;
}

function newEmail(cal: CalCom, user: User, email: string): string {
  const suffixed = user.clientId === null ? email : suffixEmail(email, user.clientId);
  const owner = cal.world.userByEmail(suffixed);
  if (owner !== undefined && owner.id !== user.id) throw databaseErrors.uniqueClash();
  return suffixed;
}

/**
 * The client's user with this id.
 *
 * @throws CalException 404 if there is none
 */
export function findManagedUser(cal: CalCom, client: OAuthClient, id: number): User {
  const user = cal.world.user(id);
  if (user?.clientId !== client.id) throw notFound(`User with ID ${id} is not part of this OAuth client.`);
  return user;
}

/** The client's users, oldest first; if e-mails are given, only users with those suffixed e-mails. */
export function listManagedUsers(cal: CalCom, client: OAuthClient, emails: readonly string[] | undefined): User[] {
  const suffixed = emails === undefined ? undefined : new Set(emails.map((email) => suffixEmail(email, client.id)));
  return [...cal.world.users].filter(
    (user) => user.clientId === client.id && (suffixed === undefined || suffixed.has(user.email)),
  );
}
