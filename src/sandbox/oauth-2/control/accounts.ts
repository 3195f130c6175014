import { Hono } from 'hono';
import { z } from 'zod';
import { BadRequest, parseOrRefuse } from '../../control/bad-request.ts';
import type { ControlCalls } from '../../control/fake.ts';
import { readJson } from '../../control/read-json.ts';
import type { OAuth2 } from '../oauth-2.ts';
import { describeAccount } from './oracle.ts';
import type { Account, Client } from '../state/records.ts';
import { USUAL_SCOPE } from '../oauth/scopes.ts';
import { beginFamily, firstRefreshToken, issue } from '../oauth/tokens.ts';

const client_id = z.string().default('sandbox-oauth2-client');
const text = z.string().min(1);
const accountRequest = z.union(
  [
    z.strictObject({ count: z.int().min(1).max(100_000), client_id }),
    z.strictObject({ sub: text.optional(), email: text.optional(), client_id }),
  ],
  { error: 'accepts {"count": 1 to 100000} or {"sub": "...", "email": "..."}, both with "client_id"' },
);

/** `POST accounts` issues tokens without a browser; `GET accounts/{sub}` is the oracle for one account. */
export function accountCalls(oauth: OAuth2): ControlCalls {
  const routes = new Hono({ strict: false });

  routes.post('/accounts', async (c) => {
    const wanted = parseOrRefuse(accountRequest, await readJson(c.req.raw));
    const client = oauth.world.clients.get(wanted.client_id);
    if (client === undefined) {
      throw new BadRequest(`client_id: accepts ${[...oauth.world.clients.keys()].join(', ')}`);
    }
    if (!('count' in wanted)) return c.json([consent(oauth, findOrAddAccount(oauth, wanted), client)], 201);
    return c.json(
      Array.from({ length: wanted.count }, () => consent(oauth, findOrAddAccount(oauth, {}), client)),
      201,
    );
  });

  routes.get('/accounts/:sub', (c) => {
    const account = oauth.world.account(c.req.param('sub'));
    if (account === undefined) return c.json({ error: 'not_found', message: 'There is no such account.' }, 404);
    return c.json(describeAccount(oauth, account));
  });

  return { routes, names: 'POST accounts, GET accounts/{sub}' };
}

/**
 * The account with this name, created if there is none; a new name without one.
 *
 * @throws BadRequest if the account has another e-mail
 */
export function findOrAddAccount(
  { world }: OAuth2,
  { sub, email }: { sub?: string | undefined; email?: string | undefined },
): Account {
  const name = sub ?? world.unusedSub();
  const known = world.account(name);
  if (known === undefined) {
    const account = { sub: name, email: email ?? `${name}@example.com`, name };
    world.addAccount(account);
    return account;
  }
  if (email !== undefined && email !== known.email) throw new BadRequest(`email: the account ${name} has another one`);
  return known;
}

function consent(oauth: OAuth2, account: Account, client: Client): object {
  const family = beginFamily(oauth, account, client, USUAL_SCOPE);
  const access = issue(oauth, 'access', { family });
  const refresh = firstRefreshToken(oauth, family);
  return {
    sub: account.sub,
    email: account.email,
    access_token: access.value,
    refresh_token: refresh.value,
    expires_in: Math.round(((access.expiresAt ?? 0) - access.issuedAt) / 1000),
  };
}
