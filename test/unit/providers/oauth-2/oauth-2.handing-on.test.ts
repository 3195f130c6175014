import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { openAnswer, sealAnswer } from '../../../../src/stores/vault/sealed-answer.ts';
import type { ExchangeResult } from '../../../../src/providers/provider.ts';
import { Secret } from '../../../../src/secret.ts';
import { oauth2At, TOKENS } from '../../../support/servers/oauth-2-at.ts';
import { scriptedServer } from '../../../support/servers/scripted-server.ts';

const HAND_ON = ['instance_url', 'scope', 'team.id', 'callback.realmId', 'id_token'];

async function answers(body: object, handOn: readonly string[] | undefined, callback: Record<string, string> = {}) {
  const reply = { status: 200, body: { ...TOKENS, ...body } };
  await using server = await scriptedServer(reply, reply);
  const account = { url: `${server.origin}/me`, id: 'id' };
  await using provider = oauth2At(server.origin, {
    ...(handOn && { handOn }),
    authorization: { url: `${server.origin}/authorize`, scopes: ['a', 'b'], account },
  });
  const code = { code: new Secret('c'), redirectUri: 'r', codeVerifier: undefined, callback };
  const names = provider.authorization!.callbackParameters;
  return {
    names,
    redeemed: await provider.authorization!.redeem(code),
    refreshed: await provider.refresh(new Secret('r')),
  };
}

function dataOf(result: ExchangeResult): unknown {
  assert.ok(result.kind === 'obtained');
  const text = result.tokens.providerData?.reveal();
  return text === undefined ? undefined : JSON.parse(text);
}

describe('what a definition hands on', () => {
  it('is what it names, from the answer and from the callback', async () => {
    const said = { instance_url: 'https://a', team: { id: 7, name: 'x' }, id_token: null, other: 'y' };
    const { names, redeemed, refreshed } = await answers(said, HAND_ON, { realmId: '91', evil: 'z' });
    assert.deepEqual(names, ['realmId']);
    assert.deepEqual(dataOf(redeemed), { scope: 'a b', realmId: '91', instance_url: 'https://a', 'team.id': 7 });
    assert.deepEqual(dataOf(refreshed), { instance_url: 'https://a', 'team.id': 7 });
    assert.doesNotMatch(inspect(redeemed, { depth: 9 }) + JSON.stringify(redeemed), /https:\/\/a/);
  });

  it('is the granted scope where the answer names one', async () => {
    const { redeemed } = await answers({ scope: 'a' }, HAND_ON);
    assert.deepEqual(dataOf(redeemed), { scope: 'a' });
  });

  it('is nothing where it names nothing', async () => {
    const { names, redeemed, refreshed } = await answers({ instance_url: 'https://a' }, undefined, { realmId: '1' });
    assert.deepEqual([names, dataOf(redeemed), dataOf(refreshed)], [[], undefined, undefined]);
  });

  it('is bounded: what is too long is left out', async () => {
    const { refreshed } = await answers({ id_token: 'x'.repeat(40_000), a: 'y'.repeat(10) }, ['id_token', 'a']);
    assert.deepEqual(Object.keys(dataOf(refreshed) as object), ['id_token', 'a']);
  });

  it('is the same where an answer was kept and is read later', async () => {
    await using provider = oauth2At('https://id.example.com', { handOn: HAND_ON });
    const body = btoa(JSON.stringify({ ...TOKENS, instance_url: 'https://a', team: { id: 7 } }));
    const kept = { status: 200, headers: {}, body: new Secret(body), askedAt: 1 };
    assert.deepEqual(dataOf(provider.reader!.read(kept, 'refresh')), { instance_url: 'https://a', 'team.id': 7 });
  });

  it('survives the way through a sealed answer', async () => {
    const { redeemed } = await answers({ instance_url: 'https://a' }, HAND_ON);
    assert.ok(redeemed.kind === 'obtained');
    const again = openAnswer(JSON.parse(JSON.stringify(sealAnswer(redeemed))));
    assert.deepEqual(dataOf(again), dataOf(redeemed));
  });
});
