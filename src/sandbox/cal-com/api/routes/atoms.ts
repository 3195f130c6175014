import { Hono } from 'hono';
import { authenticate } from '../authenticate.ts';
import type { CalCom } from '../../cal-com.ts';
import { success } from '../envelope.ts';
import { notFound, withTextAsDetails } from '../exceptions.ts';
import { scheduleAnswer, scheduleInList } from '../schedule-answers.ts';

/** It is unknown which scopes these require of a third party's token; here they require none. */
const OPEN = { scopes: [] };

/** `/v2/atoms`: the data that Atoms load. */
export function atomsRoutes(cal: CalCom): Hono {
  const app = new Hono({ strict: false });

  app.get('/auth/oauth2/clients/:clientId', (c) => {
    const clientId = c.req.param('clientId');
    if (!cal.world.thirdPartyClients.has(clientId))
      throw withTextAsDetails(404, 'HttpException', 'unauthorized_client');
    return success({ clientId, organizationId: null });
  });

  app.get('/schedules', (c) => {
    const { user } = authenticate(cal, c.req.raw.headers, OPEN);
    const schedules = cal.world.schedulesOf(user.id);
    const schedule = schedules.find(({ id }) => id === user.defaultScheduleId) ?? schedules[0];
    if (schedule === undefined) throw notFound('Schedule not found');
    return success(scheduleAnswer(schedule, user, schedules.length));
  });

  app.get('/schedules/all', (c) => {
    const { user } = authenticate(cal, c.req.raw.headers, OPEN);
    return success({ schedules: cal.world.schedulesOf(user.id).map((schedule) => scheduleInList(schedule, user)) });
  });

  app.get('/event-types', (c) => {
    const { user } = authenticate(cal, c.req.raw.headers, OPEN);
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
