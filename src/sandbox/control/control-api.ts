import { Hono } from 'hono';
import { z } from 'zod';
import { BadRequest, parseOrRefuse } from './bad-request.ts';
import type { TokenSelection } from './fake.ts';
import type { SandboxState } from './sandbox-state.ts';

/** Where the control API lives. No fault and no rate limit applies below it. */
export const CONTROL_PREFIX = '/__sandbox';

const advance = z.strictObject({ advance_seconds: z.number().min(-1e10).max(1e10) });

const kind = z.enum(['access', 'refresh', 'both']).default('access');
const selection = z.union(
  [
    z.strictObject({ access_token: z.string() }),
    z.strictObject({ refresh_token: z.string() }),
    z.strictObject({ user_id: z.union([z.string(), z.number()]), kind }),
    z.strictObject({ all: z.literal(true), kind }),
  ],
  {
    error:
      'accepts {"access_token": "..."}, {"refresh_token": "..."}, {"user_id": ...} or {"all": true}, the last two with "kind": "access" (default), "refresh" or "both"',
  },
);

async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new BadRequest('The body is not JSON.');
  }
}

async function readSelection(request: Request): Promise<TokenSelection> {
  const chosen = parseOrRefuse(selection, await readJson(request));
  if ('access_token' in chosen) return { by: 'value', value: chosen.access_token };
  if ('refresh_token' in chosen) return { by: 'value', value: chosen.refresh_token };
  if ('user_id' in chosen) return { by: 'user', userId: String(chosen.user_id), kind: chosen.kind };
  return { by: 'all', kind: chosen.kind };
}

/**
 * The control API, by which tests and people look into a fake and bend it. Errors are `{"error", "message"}`.
 * @param cutHungConnections is called when faults are cleared or all is reset
 */
export function controlApi(sandbox: SandboxState, cutHungConnections: () => void): Hono {
  const { fake, faults, journal } = sandbox;
  const root = new Hono({ strict: false });
  const app = new Hono({ strict: false });
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

  app.post('/tokens/expire', async (c) => c.json({ expired: fake.expireTokens(await readSelection(c.req.raw)) }));
  app.post('/tokens/purge', async (c) => c.json({ purged: fake.purgeTokens(await readSelection(c.req.raw)) }));

  app.post('/reset', (c) => {
    sandbox.reset();
    cutHungConnections();
    return c.body(null, 204);
  });

  root.route(CONTROL_PREFIX, app);
  root.notFound((c) =>
    c.json(
      {
        error: 'not_found',
        message:
          'There are GET and DELETE journal, GET state, GET and PUT settings, GET, POST and DELETE faults, GET and POST clock, POST tokens/expire, POST tokens/purge, POST reset.',
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
