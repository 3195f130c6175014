import { befallen } from './befallen.ts';
import { REVERTED_MUTANTS } from './mutants/mutants.ts';

befallen({
  title: 'a database that goes back in time',
  promise: 'costs nothing but what it forgot',
  database: 'reversion',
  kinds: ['rotating', 'not_rotating', 'managed', 'grace'],
  seen: 'went back in time',
  mutants: REVERTED_MUTANTS,
});
