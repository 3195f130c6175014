import { isTimeZone } from './time-zone.ts';
import type { Rule } from './validate.ts';

export const isString: Rule = {
  name: 'isString',
  message: (property) => `${property} must be a string`,
  holds: (value) => typeof value === 'string',
};

export const isNumber: Rule = {
  name: 'isNumber',
  message: (property) => `${property} must be a number conforming to the specified constraints`,
  holds: (value) => typeof value === 'number' && Number.isFinite(value),
};

export const isObject: Rule = {
  name: 'isObject',
  message: (property) => `${property} must be an object`,
  holds: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

export const isZone: Rule = {
  name: 'isTimeZone',
  message: (property) => `${property} must be a valid IANA time-zone`,
  holds: (value) => typeof value === 'string' && isTimeZone(value),
};

export const isUrl: Rule = {
  name: 'isUrl',
  message: (property) => `${property} must be a URL address`,
  holds: (value) =>
    typeof value === 'string' && /^(https?|ftp):\/\/[^\s/.]+\.[^\s]+$/i.test(value) && URL.canParse(value),
};

/** Accepts the given values; `name` is the rule's name in the error. */
export function isOneOf(name: 'isIn' | 'isEnum', values: readonly (string | number)[], text?: string): Rule {
  return {
    name,
    message: (property) => text ?? `${property} must be one of the following values: ${values.join(', ')}`,
    holds: (value) => values.some((one) => one === value),
  };
}

export const isAtLeast = (least: number): Rule => ({
  name: 'min',
  message: (property) => `${property} must not be less than ${least}`,
  holds: (value) => typeof value === 'number' && value >= least,
});

export const isAtMost = (most: number): Rule => ({
  name: 'max',
  message: (property) => `${property} must not be greater than ${most}`,
  holds: (value) => typeof value === 'number' && value <= most,
});

/** Limits of metadata: 50 keys, 40 characters per key, 500 characters per text. */
export const isMetadata: Rule = {
  name: 'validateMetadata',
  message: () => 'Metadata must have at most 50 keys, each key up to 40 characters, and values up to 500 characters.',
  holds: (value) => {
    if (!isObject.holds(value)) return false;
    const entries = Object.entries(value as Record<string, unknown>);
    return entries.length <= 50 && entries.every(([key, one]) => key.length <= 40 && isMetadataValue(one));
  },
};

function isMetadataValue(value: unknown): boolean {
  return typeof value === 'string' ? value.length <= 500 : typeof value === 'boolean' || typeof value === 'number';
}
