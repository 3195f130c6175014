import { Hono } from 'hono';
import { authenticate } from '../authenticate.ts';
import type { CalCom } from '../../cal-com.ts';
import { success } from '../envelope.ts';

/** `/v2/bookings`, which is always empty, and the public `/v2/event-types?username=`. */
export function bookingRoutes(cal: CalCom): Hono {
  const app = new Hono({ strict: false });

  app.get('/bookings', (c) => {
    authenticate(cal, c.req.raw.headers, { scopes: ['BOOKING_READ'] });
    return success([]);
  });

  app.get('/event-types', (c) => {
    const username = c.req.query('username');
    const user = [...cal.world.users].find((one) => one.username === username);
    const eventTypes = user === undefined ? [] : cal.world.eventTypesOf(user.id);
    return success(
      eventTypes.map(({ id, slug, title, length, description }) => ({
        id,
        ownerId: user?.id,
        lengthInMinutes: length,
        title,
        slug,
        description,
      })),
    );
  });

  return app;
}
