import { Hono } from 'hono';
import { authenticate } from '../authenticate.ts';
import type { CalCom } from '../cal-com.ts';
import { success } from '../envelope.ts';
import { notFound, withTextAsDetails } from '../exceptions.ts';
import { scheduleAnswer, scheduleInList } from '../schedule-answers.ts';

/** The OAuth 2 clients that Atoms may ask for; they are not the clients that manage users. */
const OAUTH2_CLIENT_IDS = ['sandbox-cal-oauth-client'];

/** `/v2/atoms`: what the components load. */
export function atomsRoutes(cal: CalCom): Hono {
  const app = new Hono({ strict: false });

  app.get('/auth/oauth2/clients/:clientId', (c) => {
    const clientId = c.req.param('clientId');
    if (!OAUTH2_CLIENT_IDS.includes(clientId)) throw withTextAsDetails(404, 'HttpException', 'unauthorized_client');
    return success({ clientId, organizationId: null });
  });

  app.get('/schedules', (c) => {
    const { user } = authenticate(cal, c.req.raw.headers);
    const schedules = cal.world.schedulesOf(user.id);
    const schedule = schedules.find(({ id }) => id === user.defaultScheduleId) ?? schedules[0];
    if (schedule === undefined) throw notFound('Schedule not found');
    return success(scheduleAnswer(schedule, user, schedules.length));
  });

  app.get('/schedules/all', (c) => {
    const { user } = authenticate(cal, c.req.raw.headers);
    return success({ schedules: cal.world.schedulesOf(user.id).map((schedule) => scheduleInList(schedule, user)) });
  });

  app.get('/event-types', (c) => {
    const { user } = authenticate(cal, c.req.raw.headers);
    const eventTypes = cal.world.eventTypesOf(user.id).map(({ id, slug, title, length, description }) => ({
      id,
      slug,
      title,
      length,
      description,
    }));
    return success({ eventTypes });
  });

  return app;
}
