import { randomBytes } from 'node:crypto';
import type { Account, Profile } from './records.ts';

/** An id in the form of Cronofy's: a prefix for the kind, then 24 hexadecimal digits. */
function newId(kind: 'acc' | 'apc' | 'pro' | 'cal'): string {
  return `${kind}_${randomBytes(12).toString('hex')}`;
}

/** A new account and its only profile. */
export interface NewAccount {
  account: Account;
  profile: Profile;
}

/** A new person with one calendar account. */
export function newPerson({
  sub = newId('acc'),
  profileId = newId('pro'),
  email,
  name,
  provider: [providerName, providerService],
}: {
  sub?: string | undefined;
  profileId?: string;
  email: string;
  name: string;
  provider: readonly [name: string, service: string];
}): NewAccount {
  const calendar = (suffix: string, title: string, primary: boolean) => ({
    id: `cal_${profileId.slice('pro_'.length)}_${suffix}`,
    name: title,
    readonly: !primary,
    primary,
  });
  return {
    account: { sub, email, name, timeZone: 'Europe/London', profiles: [profileId], applicationCalendar: null },
    profile: {
      id: profileId,
      home: sub,
      providerName,
      providerService,
      name: email,
      connected: true,
      calendars: [calendar('own', 'Calendar', true), calendar('holidays', 'Public holidays', false)],
    },
  };
}

/** A new application calendar: an account without a person. */
export function newApplicationCalendar(clientId: string, id: string): NewAccount {
  const [sub, profileId] = [newId('apc'), newId('pro')];
  return {
    account: {
      sub,
      email: null,
      name: null,
      timeZone: 'Etc/UTC',
      profiles: [profileId],
      applicationCalendar: { clientId, id },
    },
    profile: {
      id: profileId,
      home: sub,
      providerName: 'cronofy',
      providerService: 'cronofy',
      name: id,
      connected: true,
      calendars: [{ id: newId('cal'), name: id, readonly: false, primary: true }],
    },
  };
}
