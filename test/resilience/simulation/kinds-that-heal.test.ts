import { schedules } from './schedules.ts';

// Which never need the user, whatever is lost.
schedules(['not_rotating', 'managed', 'reopening', 'grace']);
