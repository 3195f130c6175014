import { schedules } from './schedules.ts';

// Whose every answer is the only one: what is lost on its way is lost.
schedules(['rotating', 'racing', 'family']);
