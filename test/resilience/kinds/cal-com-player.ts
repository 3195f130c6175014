import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { startCalCom } from '../../../src/sandbox/index.ts';
import { CLIENT_ID, CLIENT_SECRET } from '../../support/service/start-sandbox.ts';
import { MANAGED, type Kind } from './kinds.ts';
import { playedOn, type Account, type Player, type Stage, type Truth } from './player.ts';

export const OAUTH_CLIENT = { client_id: 'sandbox-cal-oauth-client', client_secret: 'sandbox-cal-oauth-secret' };
const REDIRECT_URI = 'http://localhost:3000/callback';
/** The sandbox has fewer people of its own; these are added. */
const FIRST_ID = 10_000;
const SEEDED_ID = 202;
const CONSENTS_AT_ONCE = 20;

interface User {
  readonly id: number;
}

interface Token {
  readonly token: string;
  readonly kind: 'access' | 'refresh';
  readonly user_id: number;
  readonly status: string;
}

/**
 * Writes the state of a Cal.com with so many ordinary accounts: each consents once, as a second consent of one account may end
 * the tokens of the first.
 */
export async function writeCrowdedState(stateFile: string, people: number): Promise<void> {
  await (await startCalCom({ port: 0, stateFile })).close();
  const saved = JSON.parse(await readFile(stateFile, 'utf8'));
  const person = saved.state.users.find(({ id }: User) => id === SEEDED_ID);
  for (let made = 0; made < people; made += 1) {
    const id = FIRST_ID + made;
    saved.state.users.push({ ...person, id, username: `person-${id}`, email: `person-${id}@example.org` });
  }
  saved.state.lastId = FIRST_ID + people;
  await writeFile(stateFile, JSON.stringify(saved));
}

/** One of Cal.com's two kinds, on a server that plays both. */
export function calComPlayer(kind: Kind, stage: Stage): Player {
  const { control } = stage;
  return {
    ...playedOn(kind, stage, kind.name === MANAGED ? MANAGED_PATHS : { refresh: '/v2/auth/oauth2/token' }),
    newAccounts: kind.name === MANAGED ? newManagedUsers : consents(),
    truth: async (id) => (await truths()).get(id) ?? { accessTokens: [], refreshTokens: [] },
    truths,
    // The first refresh rotates.
    approachRotation: () => Promise.resolve(),
    revoke: async (id) => {
      await control('POST', '/tokens/purge', { user_id: Number(id), kind: 'refresh' });
    },
  };

  async function truths(): Promise<Map<string, Truth>> {
    const { tokens }: { tokens: Token[] } = await control('GET', '/state');
    const live = tokens.filter(({ status }) => status === 'live');
    return new Map(
      [...Map.groupBy(live, (token) => String(token.user_id))].map(([id, theirs]): [string, Truth] => {
        const of = (what: Token['kind']) => theirs.filter((each) => each.kind === what).map(({ token }) => token);
        return [id, { accessTokens: of('access'), refreshTokens: of('refresh') }];
      }),
    );
  }

  async function newManagedUsers(count: number): Promise<Account[]> {
    return inBunches(count, async (index) => {
      const body = JSON.stringify({ email: `${kind.name}-${index}@example.com`, name: `User ${index}` });
      const headers = { 'content-type': 'application/json', 'x-cal-secret-key': CLIENT_SECRET };
      const response = await fetch(`${stage.url}/v2/oauth-clients/${CLIENT_ID}/users`, {
        method: 'POST',
        headers,
        body,
      });
      const { data } = (await response.json()) as any;
      assert.equal(response.status, 201, JSON.stringify(data));
      return { id: String(data.user.id), accessToken: data.accessToken, refreshToken: data.refreshToken };
    });
  }

  function consents(): Player['newAccounts'] {
    let next = FIRST_ID;
    return (count) => inBunches(count, () => consent(stage.url, next++));
  }
}

const MANAGED_PATHS = {
  refresh: `/v2/oauth/${CLIENT_ID}/refresh`,
  tokens: [`/v2/oauth/${CLIENT_ID}/refresh`, /\/users\/\d+\/force-refresh$/],
};

/** What a person does on the page for consent, and the client with the code. */
async function consent(url: string, userId: number): Promise<Account> {
  const asked = { client_id: OAUTH_CLIENT.client_id, redirect_uri: REDIRECT_URI, scope: 'PROFILE_READ' };
  const page = await fetch(`${url}/auth/oauth2/authorize`, {
    method: 'POST',
    body: new URLSearchParams({ ...asked, account: String(userId), decision: 'allow' }),
    redirect: 'manual',
  });
  const code = new URL(page.headers.get('location') ?? 'none:').searchParams.get('code') ?? '';
  const grant = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI };
  const body = new URLSearchParams({ ...OAUTH_CLIENT, ...grant });
  const response = await fetch(`${url}/v2/auth/oauth2/token`, { method: 'POST', body });
  const tokens = (await response.json()) as any;
  assert.equal(response.status, 200, JSON.stringify(tokens));
  return { id: String(userId), accessToken: tokens.access_token, refreshToken: tokens.refresh_token };
}

async function inBunches<Made>(count: number, make: (index: number) => Promise<Made>): Promise<Made[]> {
  const made: Made[] = [];
  while (made.length < count) {
    const first = made.length;
    const size = Math.min(CONSENTS_AT_ONCE, count - first);
    made.push(...(await Promise.all(Array.from({ length: size }, (_, index) => make(first + index)))));
  }
  return made;
}
