import { befallen } from './befallen.ts';
import { SET_BACK_MUTANTS } from './mutants/mutants.ts';

befallen({
  title: 'a database whose clock is set back',
  promise: 'blocks nobody and loses nothing',
  database: 'clock set back',
  kinds: ['rotating', 'family', 'managed', 'grace'],
  seen: 'fault: set_back',
  mutants: SET_BACK_MUTANTS,
});
