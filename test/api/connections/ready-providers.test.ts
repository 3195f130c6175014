import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { READY_DEFINITIONS } from '../../../src/providers/oauth-2/ready/index.ts';
import { startOAuth2 } from '../../../src/sandbox/index.ts';
import { Browser } from '../../support/linking/browser.ts';
import { RETURN_URL, startLinkScene } from '../../support/linking/link-scene.ts';
import { toProblem, tokenOf } from '../../support/service/answer.ts';
import { temporaryDirectory } from '../../support/stores/open-test-stores.ts';

/** What a ready definition leads to, at a server that behaves as the provider. */
interface Life {
  /** The id of Alice's account; default: `alice`. */
  readonly accountId?: string;
  /** What is handed on; default: nothing. */
  readonly handedOn?: object;
  /** False where the provider gives no refresh token. */
  readonly isRenewed?: boolean;
  /** What the configuration says besides. */
  readonly written?: object;
}

const LIVES: Readonly<Record<string, Life>> = {
  calendly: { accountId: 'https://api.calendly.com/users/alice' },
  google: {},
  microsoft: { written: { parameters: { tenant: 'contoso.onmicrosoft.com' } } },
  github: { isRenewed: false },
  'github-app': {},
  slack: {
    accountId: 'T-alice',
    handedOn: { 'team.id': 'T-alice', bot_user_id: 'B-alice', scope: 'chat:write' },
    written: { scopes: ['chat:write'] },
  },
  notion: { accountId: 'bot-alice', handedOn: { bot_id: 'bot-alice', workspace_id: 'workspace-1' } },
  linkedin: {},
  hubspot: {},
  salesforce: {
    accountId: 'https://login.salesforce.com/id/00D/alice',
    handedOn: {
      id: 'https://login.salesforce.com/id/00D/alice',
      instance_url: 'https://alice.my.salesforce.com',
      scope: 'api refresh_token',
    },
  },
  zoom: {},
  dropbox: { accountId: 'dbid:alice' },
  atlassian: {},
  quickbooks: { handedOn: { realmId: '4620816365' } },
  xero: {},
  zoho: { handedOn: { api_domain: 'https://www.zohoapis.com' }, written: { parameters: { domain: 'eu' } } },
};

/** The member of a definition as a file spells it. */
function inSnakeCase(members: object): object {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}

/** The URLs of a preset, led to a server of ours; whatever else the preset says stays, a parameter of its URLs included. */
function ledTo(url: string, preset: string): object {
  const { revokeUrl, authorization, parameters = {} } = READY_DEFINITIONS[preset]!;
  const [placeholder] = Object.keys(parameters);
  const { account, issuer } = authorization!;
  return {
    token_url: `${url}/token`,
    authorize_url: `${url}/authorize${placeholder === undefined ? '' : `?kept={${placeholder}}`}`,
    account: inSnakeCase({ ...account, ...(account.url === undefined ? {} : { url: `${url}/userinfo` }) }),
    ...(revokeUrl === undefined ? {} : { revoke_url: `${url}/revoke` }),
    ...(issuer === undefined ? {} : { issuer: url }),
  };
}

async function startScene(preset: string, written: object = {}) {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryDirectory());
  const server = started.use(await startOAuth2({ port: 0, host: '127.0.0.1' }));
  const control = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${server.url}/__sandbox${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    assert.ok(response.ok, await response.clone().text());
    return response.status === 204 ? undefined : ((await response.json()) as any);
  };
  await control('PUT', '/provider', { name: preset });
  const path = join(folder.path, 'providers.json');
  const provider = {
    preset,
    client_id: 'sandbox-oauth2-client',
    client_secret_env: 'ACME_CLIENT_SECRET',
    ...ledTo(server.url, preset),
    ...written,
  };
  writeFileSync(path, JSON.stringify({ [preset]: provider }));
  const secrets = { EVERGRANT_PROVIDERS: path, ACME_CLIENT_SECRET: 'sandbox-oauth2-secret' };
  const scene = started.use(await startLinkScene(secrets));
  const parts = started.move();
  return { scene, server, control, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

async function eventually(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const giveUpAt = Date.now() + 20_000;
  while (!(await isSo())) {
    assert.ok(Date.now() < giveUpAt, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the life of an account with a ready definition', () => {
  it('is tried with every one of them, and the sandbox plays every one', async () => {
    assert.deepEqual(Object.keys(LIVES).sort(), Object.keys(READY_DEFINITIONS).sort());
    await using server = await startOAuth2({ port: 0, host: '127.0.0.1' });
    const played = (await (await fetch(`${server.url}/__sandbox/providers`)).json()) as string[];
    assert.deepEqual(played.sort(), Object.keys(READY_DEFINITIONS).sort());
  });

  for (const [preset, { accountId = 'alice', handedOn, isRenewed = true, written }] of Object.entries(LIVES)) {
    const steps = isRenewed ? 'linked, renewed, refused, linked again, revoked' : 'linked, served, disconnected';
    it(`${preset}: ${steps}`, async () => {
      await using all = await startScene(preset, written);
      const { scene, control } = all;
      const ask = (body: object = {}) => scene.as('alice', 'POST', `${preset}/token/`, body);
      const linked = await scene.link('alice', 'alice', preset);
      assert.equal(linked.status, 200, linked.text);
      const realmAccounts = scene.service.rows('select account_id from grants');
      assert.deepEqual(
        realmAccounts.map(({ account_id: id }) => id),
        [accountId],
      );

      const seen = new Set<string>();
      for (let round = 0; round < (isRenewed ? 4 : 1); round += 1) {
        const answer = await ask({ force_refresh: round > 0 });
        seen.add(tokenOf(answer).access_token);
        assert.deepEqual(answer.json.provider_data, handedOn, `in round ${round}`);
      }
      assert.equal(seen.size, isRenewed ? 4 : 1);

      if (isRenewed) {
        await control('POST', '/tokens/purge', { all: true, kind: 'refresh' });
        // Whatever a server accepts twice for a while, it no longer does.
        await control('POST', '/clock', { advance_seconds: 3_600 });
        await scene.service.expire('here');
        toProblem(await ask(), 409, 'reconnect_required');
        const told = scene.service.rows("select reason from events where type = 'grant.reconnect_required'");
        assert.deepEqual(
          told.map(({ reason }) => reason),
          ['refused'],
        );
        const again = await scene.link('alice', 'alice', preset);
        assert.equal(again.status, 200, again.text);
        tokenOf(await ask({ force_refresh: true }));
      }

      assert.equal((await scene.as('alice', 'DELETE', `${preset}/`)).status, 204);
      if (READY_DEFINITIONS[preset]!.revokeUrl === undefined) return;
      await eventually(async () => {
        const { dead_tokens: dead } = await control('GET', '/accounts/alice');
        return (dead as { why: string }[]).some(({ why }) => why === 'revoked');
      }, 'the consent is revoked');
    });
  }

  it('is the same where the provider posts the browser back', async () => {
    await using all = await startScene('xero', { authorize_parameters: { response_mode: 'form_post' } });
    const { scene } = all;
    const browser = new Browser();
    const page = await browser.open(await scene.begin('alice', 'xero'), RETURN_URL);
    const form = await browser.submit(page, { account: 'alice', decision: 'allow' }, RETURN_URL);
    assert.match(form.text, /method="post"/);
    const back = new URL((await browser.submit(form, {}, RETURN_URL)).url);
    const code = back.searchParams.get('evergrant_code');
    assert.equal((await scene.as('alice', 'POST', 'xero/complete/', { code })).status, 200);
  });
});
