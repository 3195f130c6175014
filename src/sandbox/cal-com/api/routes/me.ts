import { Hono } from 'hono';
import { meAnswer } from '../answers.ts';
import { authenticate } from '../authenticate.ts';
import { readBody } from '../body.ts';
import type { CalCom } from '../../cal-com.ts';
import { success } from '../envelope.ts';
import { userChangeFields } from '../user-fields.ts';
import { updateUser } from '../users.ts';
import { validate } from '../validate.ts';

/** `/v2/me`: the caller's own profile. */
export function meRoutes(cal: CalCom): Hono {
  const app = new Hono({ strict: false });

  app.get('/', (c) => success(meAnswer(authenticate(cal, c.req.raw.headers, { scopes: ['PROFILE_READ'] }).user)));

  app.patch('/', async (c) => {
    const body = await readBody(c.req.raw);
    const { user } = authenticate(cal, c.req.raw.headers, { scopes: ['PROFILE_WRITE'] });
    return success(meAnswer(updateUser(cal, user, validate(userChangeFields, body))));
  });

  return app;
}
