import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OAuth2AccountDefinition } from '../../../../src/providers/oauth-2/definition.ts';
import type { Identified } from '../../../../src/providers/authorization.ts';
import { Secret } from '../../../../src/secret.ts';
import { scriptedServer } from '../../../support/servers/scripted-server.ts';
import { oauth2At } from '../../../support/servers/oauth-2-at.ts';

/** What comes of asking whose a token is, where the answer is this. */
async function identified(
  body: unknown,
  places: Omit<OAuth2AccountDefinition, 'url'>,
): Promise<Identified | undefined> {
  await using server = await scriptedServer({ status: 200, body });
  const account = { ...places, url: `${server.origin}/me` };
  await using provider = oauth2At(server.origin, {
    authorization: { url: `${server.origin}/authorize`, scopes: [], account },
  });
  return await provider.authorization?.identify(new Secret('access-1'));
}

describe('whose an access token is', () => {
  it('is told by the id', async () => {
    const answer = await identified({ id: 7, name: 'Ada\0' }, { id: 'id', name: 'name' });
    assert.ok(answer?.kind === 'known');
    assert.deepEqual([answer.accountId, answer.shown.name], ['7', 'Ada']);
  });

  it('is nobody’s in particular where the provider shows no id, and somebody’s where it shows anything', async () => {
    const answer = await identified({ username: 'ada' }, { username: 'username' });
    assert.ok(answer?.kind === 'known');
    assert.deepEqual([answer.accountId, answer.shown.username], [undefined, 'ada']);
    for (const body of [{}, [], 7, 'ada', { username: 7 }, { user: 'ada' }]) {
      assert.equal((await identified(body, { username: 'username' }))?.kind, 'unreachable');
    }
  });

  for (const id of ['a\0b', '\ud800', '', 'x'.repeat(256), 1.5, null]) {
    it(`is not known where the id is ${JSON.stringify(id).slice(0, 20)}`, async () => {
      assert.equal((await identified({ id }, { id: 'id' }))?.kind, 'unreachable');
    });
  }

  it('is asked about without repeating a word of the answer', async () => {
    const answer = await identified({ 'secret-1': 1, sub: 2, email: 'x', constructor: 3 }, { id: 'id' });
    assert.ok(answer?.kind === 'unreachable');
    assert.match(answer.detail, /; it has sub, email$/);
    const nothing = await identified({ 'secret-1': 1 }, { id: 'id' });
    assert.ok(nothing?.kind === 'unreachable');
    assert.match(nothing.detail, /; it has no member that an account often stands under$/);
  });
});
