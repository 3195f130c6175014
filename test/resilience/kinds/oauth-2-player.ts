import assert from 'node:assert/strict';
import { playedOn, type Account, type Player, type Stage, type Truth } from './player.ts';
import type { Kind } from './kinds.ts';

interface Consented {
  readonly sub: string;
  readonly access_token: string;
  readonly refresh_token: string;
}

interface Described {
  readonly sub: string;
  readonly live_access_tokens: string[];
  readonly live_refresh_tokens: string[];
}

const OAUTH_2 = {
  refresh: '/token',
  client: { client_id: 'sandbox-oauth2-client', client_secret: 'sandbox-oauth2-secret' },
};
const CRONOFY = {
  refresh: '/oauth/token',
  client: { client_id: 'sandbox-cronofy-client', client_secret: 'sandbox-cronofy-secret' },
};

function truthOf({ live_access_tokens, live_refresh_tokens }: Described): Truth {
  return { accessTokens: live_access_tokens, refreshTokens: live_refresh_tokens };
}

/** A kind on the sandbox's OAuth 2 server or on its Cronofy, whose control APIs are alike. */
export function oauth2Player(kind: Kind, stage: Stage): Player {
  const { control } = stage;
  const { refresh, client } = kind.played === 'cronofy' ? CRONOFY : OAUTH_2;
  return {
    ...playedOn(kind, stage, { refresh }),
    newAccounts: async (count) => {
      const made: Consented[] = await control('POST', '/accounts', { count });
      return made.map((each): Account => {
        return { id: each.sub, accessToken: each.access_token, refreshToken: each.refresh_token };
      });
    },
    truth: async (sub) => truthOf(await control('GET', `/accounts/${sub}`)),
    truths: async () => {
      const { accounts }: { accounts: Described[] } = await control('GET', '/state');
      return new Map(accounts.map((each) => [each.sub, truthOf(each)]));
    },
    approachRotation: async ({ refreshToken }) => {
      const fields = { ...client, grant_type: 'refresh_token', refresh_token: refreshToken };
      for (let use = 0; use < kind.usesBeforeRotation; use += 1) {
        const { status } = await fetch(stage.url + refresh, { method: 'POST', body: new URLSearchParams(fields) });
        assert.equal(status, 200);
      }
    },
    revoke: async (sub) => {
      await control('POST', '/tokens/purge', { sub, kind: 'refresh' });
    },
  };
}
