import { Hono } from 'hono';
import { accountAnswer, calendarsAnswer, profilesAnswer, userInfoAnswer } from '../account-answers.ts';
import { applicationCalendar } from '../../state/application-calendars.ts';
import { authenticateApiKey, authenticateUser } from '../../oauth/bearer.ts';
import type { Cronofy } from '../../cronofy.ts';
import { elementToken } from '../../oauth/element-tokens.ts';
import { jsonAnswer } from '../json-answer.ts';
import { readParameters, type Parameters } from '../../oauth/parameters.ts';
import { unprocessable } from '../../oauth/refusal.ts';
import { newTokenValue } from '../../oauth/tokens.ts';

/** `/v1`. Access tokens are for servers: no response here, not even to a preflight, lets another origin read it. */
export function v1Routes(cronofy: Cronofy): Hono {
  const app = new Hono({ strict: false });

  app.get('/account', (c) => {
    const { account, authorization } = authenticateUser(cronofy, c.req.raw.headers);
    return jsonAnswer(200, accountAnswer(account, authorization));
  });

  app.get('/userinfo', (c) => {
    const { account, authorization } = authenticateUser(cronofy, c.req.raw.headers);
    return jsonAnswer(200, userInfoAnswer(cronofy.world, account, authorization, new URL(c.req.url).origin));
  });

  app.get('/profiles', (c) => {
    const { account } = authenticateUser(cronofy, c.req.raw.headers);
    return jsonAnswer(200, profilesAnswer(cronofy.world, account, new URL(c.req.url).origin));
  });

  app.get('/calendars', (c) => {
    const { account } = authenticateUser(cronofy, c.req.raw.headers);
    return jsonAnswer(200, calendarsAnswer(cronofy.world, account));
  });

  app.post('/application_calendars', async (c) =>
    jsonAnswer(200, applicationCalendar(cronofy, await readOrRefuse(c.req.raw))),
  );

  app.post('/element_tokens', async (c) => {
    const client = authenticateApiKey(cronofy, c.req.raw.headers);
    return jsonAnswer(200, elementToken(cronofy, client, await readOrRefuse(c.req.raw)));
  });

  app.post('/link_tokens', (c) => {
    const { account, client } = authenticateUser(cronofy, c.req.raw.headers);
    const value = newTokenValue();
    cronofy.world.addLinkToken({ value, clientId: client.id, sub: account.sub });
    return jsonAnswer(200, { link_token: value });
  });

  return app;
}

async function readOrRefuse(request: Request): Promise<Parameters> {
  const parameters = await readParameters(request);
  if (parameters === undefined) throw unprocessable('body', 'invalid', 'the body must be a JSON object or a form');
  return parameters;
}
