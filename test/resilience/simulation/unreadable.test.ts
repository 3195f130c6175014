import { befallen } from './befallen.ts';
import { UNREAD_MUTANTS } from './mutants/unread-mutants.ts';

befallen({
  title: 'an answer that nobody can read',
  promise: 'costs nothing once somebody can',
  database: 'unreadable answer',
  kinds: ['rotating', 'not_rotating', 'managed', 'grace', 'family'],
  seen: 'kept unread',
  mutants: UNREAD_MUTANTS,
});
