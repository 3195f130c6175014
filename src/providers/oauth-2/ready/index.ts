import type { ReadyDefinition } from '../definition.ts';
import { CALENDLY } from './calendly.ts';
import { GOOGLE } from './google.ts';
import { MICROSOFT } from './microsoft.ts';

/** Definitions that only need a client, by the name that a configuration gives as `preset`. */
export const READY_DEFINITIONS: Readonly<Record<string, ReadyDefinition>> = {
  calendly: CALENDLY,
  google: GOOGLE,
  microsoft: MICROSOFT,
};

/** The titles of providers that an operator names after a preset. */
export const READY_TITLES: Readonly<Record<string, string>> = {
  calendly: 'Calendly',
  google: 'Google',
  microsoft: 'Microsoft',
};
