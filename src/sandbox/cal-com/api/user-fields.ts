import { LOCALES } from '../state/locales.ts';
import { isMetadata, isNumber, isObject, isOneOf, isString, isUrl, isZone } from './rules.ts';
import { repairTimeZone } from './time-zone.ts';
import type { Fields } from './validate.ts';

const WEEK_DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const isTimeFormat = isOneOf('isIn', [12, 24], 'timeFormat must be a number either 12 or 24');

function toNumber(value: unknown): unknown {
  return value === undefined || value === null || typeof value === 'object' ? value : Number(value);
}

function repairIfText(value: unknown): unknown {
  return typeof value === 'string' ? repairTimeZone(value) : value;
}

const profile: Fields = {
  timeZone: { optional: true, transform: repairIfText, rules: [isZone] },
  locale: { optional: true, rules: [isOneOf('isEnum', LOCALES)] },
  avatarUrl: { optional: true, rules: [isUrl] },
  bio: { optional: true, rules: [isString] },
  metadata: { optional: true, rules: [isMetadata, isObject] },
};

/** Fields of the body that creates a managed user. */
export const newUserFields: Fields = {
  email: { rules: [isString] },
  name: { rules: [isString] },
  timeFormat: { optional: true, transform: toNumber, rules: [isTimeFormat] },
  weekStart: { optional: true, rules: [isString] },
  ...profile,
};

/** Fields of the body that updates a managed user or the caller's own profile. */
export const userChangeFields: Fields = {
  email: { optional: true, rules: [isString] },
  name: { optional: true, rules: [isString] },
  timeFormat: { optional: true, rules: [isOneOf('isIn', [12, 24])] },
  defaultScheduleId: { optional: true, rules: [isNumber] },
  weekStart: { optional: true, rules: [isOneOf('isIn', WEEK_DAYS), isString] },
  ...profile,
};
