import { Hono } from 'hono';
import { success } from '../envelope.ts';

const CITIES = [
  { city: 'London', timezone: 'Europe/London', pop: 8_567_000 },
  { city: 'Rome', timezone: 'Europe/Rome', pop: 3_339_000 },
  { city: 'Berlin', timezone: 'Europe/Berlin', pop: 3_406_000 },
  { city: 'New York', timezone: 'America/New_York', pop: 19_040_000 },
  { city: 'Los Angeles', timezone: 'America/Los_Angeles', pop: 12_500_000 },
  { city: 'Sao Paulo', timezone: 'America/Sao_Paulo', pop: 18_845_000 },
  { city: 'Mumbai', timezone: 'Asia/Kolkata', pop: 18_978_000 },
  { city: 'Tokyo', timezone: 'Asia/Tokyo', pop: 35_676_000 },
  { city: 'Sydney', timezone: 'Australia/Sydney', pop: 4_630_000 },
  { city: 'Lagos', timezone: 'Africa/Lagos', pop: 9_466_000 },
];

/** `/v2/timezones`: the cities of the time zone picker. */
export function timeZoneRoutes(): Hono {
  const app = new Hono({ strict: false });
  app.get('/', () => success(CITIES));
  return app;
}
