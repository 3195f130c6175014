import { Hono } from 'hono';
import { z } from 'zod';
import { BadRequest, parseOrRefuse } from '../../control/bad-request.ts';
import type { ControlCalls } from '../../control/fake.ts';
import { readJson } from '../../control/read-json.ts';
import { describeProfile } from '../api/account-answers.ts';
import { consentsWithoutBrowser } from './consents-without-browser.ts';
import type { Cronofy } from '../cronofy.ts';
import { describeAccount } from './oracle.ts';
import type { Authorization } from '../state/records.ts';
import { newTokenValue } from '../oauth/tokens.ts';

const rotateRequest = z.union([z.strictObject({ all: z.literal(true) }), z.strictObject({ sub: z.string() })], {
  error: 'accepts {"all": true} or {"sub": "..."}',
});
const profileChange = z.strictObject({ connected: z.boolean() });
const reissueRequest = z.strictObject({ client_secret: z.string().min(1).optional() });

/** Control calls that only this fake has. */
export function cronofyControlCalls(cronofy: Cronofy): ControlCalls {
  const routes = new Hono({ strict: false });

  routes.post('/accounts', async (c) => c.json(consentsWithoutBrowser(cronofy, await readJson(c.req.raw)), 201));

  routes.get('/accounts/:sub', (c) => {
    const account = cronofy.world.account(c.req.param('sub'));
    if (account === undefined) return c.json({ error: 'not_found', message: 'There is no such account.' }, 404);
    return c.json(describeAccount(cronofy, account));
  });

  // Makes the next refresh rotate the refresh token, whatever the setting says.
  routes.post('/tokens/rotate', async (c) => {
    const wanted = parseOrRefuse(rotateRequest, await readJson(c.req.raw));
    const subs = 'sub' in wanted ? [wanted.sub] : [...cronofy.world.accounts].map(({ sub }) => sub);
    const chosen = standing(cronofy, subs);
    for (const authorization of chosen) cronofy.world.changeAuthorization(authorization, { rotatesNext: true });
    return c.json({ rotating: chosen.length });
  });

  routes.put('/profiles/:id', async (c) => {
    const { connected } = parseOrRefuse(profileChange, await readJson(c.req.raw));
    const profile = cronofy.world.profile(c.req.param('id'));
    if (profile === undefined) return c.json({ error: 'not_found', message: 'There is no such profile.' }, 404);
    cronofy.world.setConnected(profile, connected);
    return c.json(describeProfile(profile, new URL(c.req.url).origin));
  });

  // As when Cronofy issues new credentials: ends every token of the application.
  routes.post('/clients/:id/reissue', async (c) => {
    const { client_secret = newTokenValue() } = parseOrRefuse(reissueRequest, await readJson(c.req.raw));
    const { world, clock } = cronofy;
    const client = world.clients.get(c.req.param('id'));
    if (client === undefined) throw new BadRequest(`client: there are ${[...world.clients.keys()].join(', ')}`);
    world.setSecret(client, client_secret);
    const subs = [...world.accounts].map(({ sub }) => sub);
    for (const authorization of standing(cronofy, subs).filter(({ clientId }) => clientId === client.id)) {
      world.endAuthorization(authorization, 'credentials_reissued', clock.now());
    }
    return c.json({ client_id: client.id, client_secret });
  });

  return {
    routes,
    names:
      'POST accounts, GET accounts/{sub}, POST tokens/rotate, PUT profiles/{profile_id}, POST clients/{client_id}/reissue',
  };
}

function standing({ world }: Cronofy, subs: readonly string[]): Authorization[] {
  return subs.flatMap((sub) => world.familiesOf(sub)).filter(({ ended }) => ended === null);
}
