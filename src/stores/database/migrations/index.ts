import type { ColumnTypes } from '../column-types.ts';
import type { Migration } from '../migrator/step.ts';
import { statements as grants } from './0001-grants.ts';
import { parts as upkeep } from './0002-upkeep.ts';
import { parts as links } from './0003-links.ts';
import { statements as departures } from './0004-departures.ts';
import { parts as names } from './0005-names.ts';
import { parts as upkeepByRealm } from './0006-upkeep-by-realm.ts';
import { statements as linkClaims } from './0007-link-claims.ts';
import { statements as successions } from './0008-successions.ts';
import { statements as awaited } from './0009-awaited.ts';
import { parts as forgetting } from './0010-forgetting.ts';
import { statements as unreadAnswers } from './0011-unread-answers.ts';
import { statements as eventDetails } from './0012-event-details.ts';
import { statements as providerData } from './0014-provider-data.ts';
import { parts as connectionNames } from './0015-connection-names.ts';

/**
 * Forward only; a released migration always leads to the same schema. docs/upgrading.md describes how to write one, and
 * which `oldest` it may declare: a version that knows only an older schema stops when it meets the migration, or is
 * refused at its start.
 */
export const MIGRATIONS: readonly Migration[] = [
  { id: 1, name: 'grants', parts: swapped(grants) },
  { id: 2, name: 'upkeep', parts: upkeep },
  { id: 3, name: 'links', parts: links },
  { id: 4, name: 'departures', parts: swapped(departures) },
  { id: 5, name: 'names', parts: names },
  { id: 6, name: 'upkeep-by-realm', oldest: 5, parts: upkeepByRealm },
  { id: 7, name: 'link claims', oldest: 5, parts: swapped(linkClaims) },
  { id: 8, name: 'successions', oldest: 5, parts: swapped(successions) },
  { id: 9, name: 'awaited', oldest: 5, parts: swapped(awaited) },
  { id: 10, name: 'forgetting', oldest: 5, parts: forgetting },
  { id: 11, name: 'unread answers', oldest: 5, parts: swapped(unreadAnswers) },
  { id: 12, name: 'event details', oldest: 5, parts: swapped(eventDetails) },
  { id: 14, name: 'provider data', oldest: 5, parts: swapped(providerData) },
  { id: 15, name: 'connection names', oldest: 5, parts: connectionNames },
];

/** A migration of a few quick statements and nothing else. */
function swapped(statements: (types: ColumnTypes) => string[]): Migration['parts'] {
  return (types) => ({ swap: statements(types) });
}
