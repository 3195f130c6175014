import type { Schedule, User } from '../state/records.ts';

const WORKING_DAYS = [1, 2, 3, 4, 5];
// Times of day are sent as instants on 1 January 1970.
const OPENS = '1970-01-01T09:00:00.000Z';
const CLOSES = '1970-01-01T17:00:00.000Z';

/** A complete schedule: weekdays from nine to five. */
export function scheduleAnswer(schedule: Schedule, user: User, count: number): object {
  const { id, userId, name, timeZone } = schedule;
  return {
    id,
    name,
    timeZone,
    isDefault: id === user.defaultScheduleId,
    isLastSchedule: count <= 1,
    isManaged: false,
    readOnly: false,
    workingHours: [{ days: WORKING_DAYS, startTime: 540, endTime: 1020, userId }],
    dateOverrides: [],
    availability: [0, 1, 2, 3, 4, 5, 6].map((day) =>
      WORKING_DAYS.includes(day) ? [{ start: OPENS, end: CLOSES }] : [],
    ),
    schedule: [{ id, days: WORKING_DAYS, startTime: OPENS, endTime: CLOSES, date: null, userId, scheduleId: id }],
  };
}

/** A schedule as the list shows it. */
export function scheduleInList(schedule: Schedule, user: User): object {
  return {
    id: schedule.id,
    name: schedule.name,
    isDefault: schedule.id === user.defaultScheduleId,
    timeZone: schedule.timeZone,
    availability: [{ days: WORKING_DAYS, startTime: OPENS, endTime: CLOSES }],
  };
}
