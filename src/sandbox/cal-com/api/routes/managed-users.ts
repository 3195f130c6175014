import { Hono } from 'hono';
import { forceRefreshAnswer, tokenAnswer, userAnswer } from '../answers.ts';
import { authenticate } from '../authenticate.ts';
import { readBody } from '../body.ts';
import type { CalCom } from '../../cal-com.ts';
import { success } from '../envelope.ts';
import { forbidden, notFound } from '../exceptions.ts';
import type { OAuthClient } from '../../state/records.ts';
import { forceRefresh, tokensForNewUser } from '../tokens.ts';
import { newUserFields, userChangeFields } from '../user-fields.ts';
import { readUserQuery } from '../user-query.ts';
import { createUser, findManagedUser, listManagedUsers, updateUser } from '../users.ts';
import { parseInteger, validate } from '../validate.ts';

/** Only the client itself or its organization's owner may manage users. */
function admit(cal: CalCom, headers: Headers, clientId: string): OAuthClient {
  const { user } = authenticate(cal, headers, { clientId });
  const client = cal.world.clients.get(clientId);
  if (client === undefined) throw notFound('OAuthClientGuard - OAuth client not found.');
  if (user.id !== client.ownerId) throw forbidden('Forbidden resource');
  return client;
}

/** `/v2/oauth-clients/{clientId}/users`: managed users. */
export function managedUserRoutes(cal: CalCom): Hono {
  const app = new Hono({ strict: false });

  app.post('/:clientId/users', async (c) => {
    const body = await readBody(c.req.raw);
    const client = admit(cal, c.req.raw.headers, c.req.param('clientId'));
    const user = createUser(cal, client, validate(newUserFields, body));
    return success({ user: userAnswer(user), ...tokenAnswer(tokensForNewUser(cal, client, user)) }, 201);
  });

  app.get('/:clientId/users', (c) => {
    const client = admit(cal, c.req.raw.headers, c.req.param('clientId'));
    const { limit, offset, emails } = readUserQuery(new URL(c.req.url).searchParams);
    return success(
      listManagedUsers(cal, client, emails)
        .slice(offset, offset + limit)
        .map(userAnswer),
    );
  });

  app.get('/:clientId/users/:userId', (c) => {
    const client = admit(cal, c.req.raw.headers, c.req.param('clientId'));
    return success(userAnswer(findManagedUser(cal, client, parseInteger(c.req.param('userId')))));
  });

  app.patch('/:clientId/users/:userId', async (c) => {
    const body = await readBody(c.req.raw);
    const client = admit(cal, c.req.raw.headers, c.req.param('clientId'));
    const id = parseInteger(c.req.param('userId'));
    const change = validate(userChangeFields, body);
    return success(userAnswer(updateUser(cal, findManagedUser(cal, client, id), change)));
  });

  app.delete('/:clientId/users/:userId', (c) => {
    const client = admit(cal, c.req.raw.headers, c.req.param('clientId'));
    const user = findManagedUser(cal, client, parseInteger(c.req.param('userId')));
    cal.world.deleteUser(user);
    return success(userAnswer(user));
  });

  app.post('/:clientId/users/:userId/force-refresh', (c) => {
    const client = admit(cal, c.req.raw.headers, c.req.param('clientId'));
    const user = findManagedUser(cal, client, parseInteger(c.req.param('userId')));
    return success(forceRefreshAnswer(forceRefresh(cal, client, user)));
  });

  return app;
}
