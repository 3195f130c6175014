import { Hono } from 'hono';
import { z } from 'zod';
import { BadRequest, parseOrRefuse } from './bad-request.ts';
import { readJson } from './read-json.ts';
import type { SandboxState } from './sandbox-state.ts';
import { tokenSelection } from './token-selection.ts';

/** The path of the control API. Faults and rate limits do not apply there. */
export const CONTROL_PREFIX = '/__sandbox';

const advance = z.strictObject({ advance_seconds: z.number().min(-1e10).max(1e10) });

/**
 * The control API, which inspects and changes a fake. Errors are `{"error", "message"}`.
 * @param cutHungConnections called when faults are cleared or everything is reset
 */
export function controlApi(sandbox: SandboxState, cutHungConnections: () => void): Hono {
  const { fake, faults, journal } = sandbox;
  const root = new Hono({ strict: false });
  const app = new Hono({ strict: false });
  const readSelection = tokenSelection(fake.accountField);
  const clock = (): object => ({
    now: new Date(fake.clock.now()).toISOString(),
    offset_seconds: fake.clock.offset / 1000,
  });

  app.use(async (c, next) => {
    await next();
    if (c.req.method !== 'GET') sandbox.touch();
  });

  app.get('/journal', (c) => {
    if (journal.forgotten > 0) c.header('X-Sandbox-Journal-Forgotten', String(journal.forgotten));
    return c.json(journal.entries);
  });
  app.delete('/journal', (c) => {
    journal.clear();
    return c.body(null, 204);
  });

  app.get('/state', (c) => c.json(fake.describe() as object));

  app.get('/settings', (c) => c.json(fake.settings.values));
  app.put('/settings', async (c) => {
    fake.settings.change(await readJson(c.req.raw));
    return c.json(fake.settings.values);
  });

  app.get('/faults', (c) => c.json(faults.waiting));
  app.post('/faults', async (c) => c.json(faults.add(await readJson(c.req.raw)), 201));
  app.delete('/faults', (c) => {
    faults.clear();
    cutHungConnections();
    return c.body(null, 204);
  });

  app.get('/clock', (c) => c.json(clock()));
  app.post('/clock', async (c) => {
    fake.clock.advance(parseOrRefuse(advance, await readJson(c.req.raw)).advance_seconds);
    return c.json(clock());
  });

  app.post('/tokens/expire', async (c) =>
    c.json({ expired: fake.expireTokens(readSelection(await readJson(c.req.raw))) }),
  );
  app.post('/tokens/purge', async (c) =>
    c.json({ purged: fake.purgeTokens(readSelection(await readJson(c.req.raw))) }),
  );

  app.post('/reset', (c) => {
    sandbox.reset();
    cutHungConnections();
    return c.body(null, 204);
  });

  if (fake.controlCalls !== undefined) app.route('/', fake.controlCalls.routes);
  const ownNames = fake.controlCalls === undefined ? '' : `, ${fake.controlCalls.names}`;
  root.route(CONTROL_PREFIX, app);
  root.notFound((c) =>
    c.json(
      {
        error: 'not_found',
        message: `There are GET and DELETE journal, GET state, GET and PUT settings, GET, POST and DELETE faults, GET and POST clock, POST tokens/expire, POST tokens/purge, POST reset${ownNames}.`,
      },
      404,
    ),
  );
  root.onError((error, c) => {
    if (error instanceof BadRequest) return c.json({ error: 'bad_request', message: error.message }, 400);
    throw error;
  });
  return root;
}
