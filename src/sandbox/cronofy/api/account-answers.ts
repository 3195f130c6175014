import type { Account, Authorization, Profile } from '../state/records.ts';
import type { World } from '../state/world.ts';

/** The response of `GET /v1/account`. */
export function accountAnswer({ sub, email, name, timeZone }: Account, { scope }: Authorization): object {
  return { account: { account_id: sub, email, name, scope, default_tzid: timeZone }, sub };
}

/**
 * The response of `GET /v1/userinfo`.
 * @param origin scheme, host and port of this server, for links
 */
export function userInfoAnswer(world: World, account: Account, authorization: Authorization, origin: string): object {
  const { sub, email, name, timeZone } = account;
  const { scope, delegatedScope } = authorization;
  return {
    sub,
    ...(email === null ? {} : { email }),
    ...(name === null ? {} : { name }),
    zoneinfo: timeZone,
    'cronofy.type': 'account',
    'cronofy.data': {
      authorization: {
        scope,
        status: 'active',
        ...(delegatedScope === null ? {} : { delegated_scope: delegatedScope }),
      },
      profiles: world.profilesOf(account).map((profile) => ({
        ...describeProfile(profile, origin),
        profile_initial_sync_required: false,
        profile_calendars: profile.calendars.map(describeCalendar),
      })),
    },
  };
}

/** The response of `GET /v1/profiles`; `origin` as for {@link userInfoAnswer}. */
export function profilesAnswer(world: World, account: Account, origin: string): object {
  return { profiles: world.profilesOf(account).map((profile) => describeProfile(profile, origin)) };
}

/** The response of `GET /v1/calendars`. */
export function calendarsAnswer(world: World, account: Account): object {
  return {
    calendars: world.profilesOf(account).flatMap((profile) =>
      profile.calendars.map((calendar) => ({
        provider_name: profile.providerName,
        profile_id: profile.id,
        profile_name: profile.name,
        ...describeCalendar(calendar),
      })),
    ),
  };
}

/** A profile without its calendars; `origin` as for {@link userInfoAnswer}. */
export function describeProfile(profile: Profile, origin: string): object {
  const relink = { profile_relink_url: `${origin}/relink/${profile.id}` };
  return {
    provider_name: profile.providerName,
    provider_service: profile.providerService,
    profile_id: profile.id,
    profile_name: profile.name,
    profile_connected: profile.connected,
    ...(profile.connected ? {} : relink),
  };
}

function describeCalendar({ id, name, readonly, primary }: Profile['calendars'][number]): object {
  return {
    calendar_id: id,
    calendar_name: name,
    calendar_readonly: readonly,
    calendar_deleted: false,
    calendar_primary: primary,
    calendar_integrated_conferencing_available: false,
    calendar_attachments_available: false,
    permission_level: 'sandbox',
  };
}
