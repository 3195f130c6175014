import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startAnsweringScene, type AnsweringScene } from '../../support/service/answering-scene.ts';

const LINKABLE = { authorize_url: '{at}/authorize', account: { url: '{at}/me', id: 'id' } };

describe('a browser that comes back without a code', () => {
  let scene: AnsweringScene;
  before(async () => {
    scene = await startAnsweringScene({ x: LINKABLE });
  });
  after(() => scene[Symbol.asyncDispose]());

  /** Begins to link as this user, and comes back with what the provider gave; `state` as it was unless named. */
  async function back(subject: string, brought: Record<string, string | undefined>, hasCookie = true) {
    const { json } = await scene.as(subject, 'POST', 'x/authorize/');
    const departed = await fetch(String(json.authorize_url), { redirect: 'manual' });
    const cookie = departed.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const page = new URL(departed.headers.get('location') ?? '');
    const url = new URL(page.searchParams.get('redirect_uri') ?? '');
    const all: typeof brought = { state: page.searchParams.get('state') ?? '', ...brought };
    for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value);
    const response = await fetch(url, { headers: hasCookie ? { cookie } : {}, redirect: 'manual' });
    return { status: response.status, text: await response.text() };
  }

  const logged = (word: string) => scene.service.logs.filter((line) => line.includes(word));

  const chosen = [
    'access_denied',
    'ACCESS_DENIED',
    'Access_Denied',
    'user_cancelled_login',
    'user_cancelled_authorize',
    'user_canceled_authorize',
    'consent_declined',
    'user_denied',
    'AccessDenied',
    'canceled',
  ];
  for (const error of chosen) {
    it(`by ${error} is told that its user chose not to`, async () => {
      const { status, text } = await back(`chose-${error}`, { error });
      assert.equal(status, 400);
      assert.match(text, /evergrant_error=access_denied/);
      assert.match(text, /You chose not to/);
    });
  }

  it('and without the state, but with its cookie, is told the same', async () => {
    const { text } = await back('stateless', { error: 'access_denied', state: undefined });
    assert.match(text, /evergrant_error=access_denied/);
  });

  it('and without the state or a cookie learns nothing', async () => {
    const { text } = await back('nobody', { error: 'access_denied', state: undefined }, false);
    assert.match(text, /evergrant_error=link_expired/);
  });

  it('with neither state nor error is told that it is too late', async () => {
    const { text } = await back('empty', { state: undefined, code: 'c' });
    assert.match(text, /evergrant_error=link_expired/);
  });

  for (const state of [undefined, 'as it was']) {
    it(`for another reason (${state === undefined ? 'without' : 'with'} its state) is in the log`, async () => {
      const error_description = `Unknown scope: calender${state === undefined ? ' again' : ''}`;
      const brought = { error: 'invalid_scope', error_description, ...(state === undefined ? { state } : {}) };
      const { text } = await back(`scope-${String(state)}`, brought);
      assert.match(text, /evergrant_error=provider_refused/);
      assert.doesNotMatch(text, /calender/);
      const [line] = logged(`invalid_scope: ${error_description}"`);
      assert.ok(line !== undefined, 'the log names it');
      assert.equal(JSON.parse(line).err.message, `invalid_scope: ${error_description}`);
    });
  }

  for (const error of ['consent_required', 'interaction_required', 'login_required', 'server_error']) {
    it(`by ${error} is not said to have been told no`, async () => {
      const { text } = await back(`not-${error}`, { error });
      assert.match(text, /evergrant_error=provider_refused/);
      assert.ok(logged(error).length > 0);
    });
  }

  it('writes neither state nor code nor token into the log', async () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
    await back('echo', {
      error: 'odd',
      error_description: `code my-code-1 ${token} bob@example.com`,
      code: 'my-code-1',
    });
    const [line = ''] = logged('"odd');
    assert.doesNotMatch(line, /my-code-1|eyJ|example\.com/);
  });
});
