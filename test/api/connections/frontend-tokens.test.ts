import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { toProblem, retryAfterMs, tokenOf, type Answer } from '../../support/service/answer.ts';
import { revoke, startLinkScene, type LinkScene } from '../../support/linking/link-scene.ts';

const FRONTEND = { origin: 'https://app.example.com', permissions: ['agenda', 'availability'] };
const ELEMENT_TOKENS = { method: 'POST', path: '/v1/element_tokens' };

function ask(scene: LinkScene, frontend: unknown = FRONTEND, provider = 'cronofy'): Promise<Answer> {
  return scene.as('alice', 'POST', `${provider}/token/`, { frontend });
}

/** The fields that a refusal names. */
function fieldsOf(answer: Answer): string[] {
  return toProblem(answer, 400, 'invalid_request').errors.map(({ field }: any) => field);
}

describe('a frontend token of Cronofy', () => {
  it('comes with the live token, for the page’s origin and the user’s own account', async () => {
    await using scene = await startLinkScene();
    const { json: connection } = await scene.link('alice');
    const { access_token: accessToken, frontend } = tokenOf(await ask(scene));
    assert.deepEqual(Object.keys(frontend), ['token', 'expires_in', 'origin', 'permissions']);
    assert.ok(frontend.expires_in > 64_700 && frontend.expires_in <= 64_800, frontend.expires_in);
    assert.deepEqual([frontend.origin, frontend.permissions], [FRONTEND.origin, FRONTEND.permissions]);
    assert.notEqual(frontend.token, accessToken);
    const { element_tokens: issued } = await scene.control('GET', '/state');
    assert.equal(issued.length, 1);
    assert.equal(issued[0].token, frontend.token);
    assert.deepEqual(issued[0].subs, [connection.account.id]);
    const log = scene.service.logs.join('\n');
    assert.ok(!log.includes(frontend.token));
    assert.deepEqual(Object.keys(tokenOf(await scene.as('alice', 'POST', 'cronofy/token/'))), [
      'access_token',
      'expires_in',
      'long_lived',
      'renewable',
      'token_type',
      'refreshed',
    ]);
  });

  it('is refused with the name of the field that is wrong, before anybody is asked', async () => {
    await using scene = await startLinkScene();
    await scene.link('alice');
    const wrong: [frontend: unknown, field: string][] = [
      [true, 'frontend'],
      [{ permissions: ['agenda'] }, 'frontend.origin'],
      [{ ...FRONTEND, origin: 'https://app.example.com/page' }, 'frontend.origin'],
      [{ ...FRONTEND, origin: 'app.example.com' }, 'frontend.origin'],
      [{ ...FRONTEND, permissions: [] }, 'frontend.permissions'],
      [{ ...FRONTEND, permissions: 'agenda' }, 'frontend.permissions'],
      [{ ...FRONTEND, permissions: ['agenda', 'everything'] }, 'frontend.permissions.1'],
    ];
    for (const [frontend, field] of wrong) assert.deepEqual(fieldsOf(await ask(scene, frontend)), [field]);
    const journal: any[] = await scene.control('GET', '/journal');
    assert.equal(journal.filter(({ path }) => path === ELEMENT_TOKENS.path).length, 0);
  });

  it('of an origin that Cronofy doesn’t take names the field as well', async () => {
    await using scene = await startLinkScene();
    await scene.link('alice');
    assert.deepEqual(fieldsOf(await ask(scene, { ...FRONTEND, origin: 'capacitor://localhost' })), ['frontend.origin']);
  });

  it('is not to be had of a provider that has none', async () => {
    await using scene = await startLinkScene();
    assert.deepEqual(fieldsOf(await ask(scene, FRONTEND, 'cal-com')), ['frontend']);
  });

  it('needs an account that is linked', async () => {
    await using scene = await startLinkScene();
    toProblem(await ask(scene), 409, 'consent_required');
  });

  it('of a consent that was withdrawn ends in a request to reconnect, told once', async () => {
    await using scene = await startLinkScene();
    const { json } = await scene.link('alice');
    await revoke(scene, json.account.id);
    toProblem(await ask(scene), 409, 'reconnect_required');
    toProblem(await ask(scene), 409, 'reconnect_required');
    const events = scene.service.rows("select type from events where type = 'grant.reconnect_required'");
    assert.equal(events.length, 1);
  });

  it('of an imported account whose id nobody has told is asked for by the live token’s', async () => {
    await using scene = await startLinkScene();
    const { json } = await scene.link('alice');
    using database = new DatabaseSync(scene.service.databasePath);
    database.exec('update grants set account_id = null, profile = null');
    tokenOf(await ask(scene));
    const { element_tokens: issued } = await scene.control('GET', '/state');
    assert.deepEqual(issued[0].subs, [json.account.id]);
  });

  it('is another operator’s affair where the plan has none, and takes Cronofy’s word for how long to wait', async () => {
    await using scene = await startLinkScene();
    await scene.link('alice');
    await scene.control('POST', '/faults', { match: ELEMENT_TOKENS, times: 1, fault: { status: 402 } });
    toProblem(await ask(scene), 500, 'provider_client_refused');
    const fault = { status: 429, headers: { 'retry-after': '17' } };
    await scene.control('POST', '/faults', { match: ELEMENT_TOKENS, times: 1, fault });
    assert.ok(retryAfterMs(await ask(scene)) > 15_000);
  });

  it('that Cronofy can’t make now may be asked for again', async () => {
    await using scene = await startLinkScene();
    await scene.link('alice');
    for (const fault of [{ status: 503 }, { status: 200, body: '{}' }, { reset: true }, { status: 429 }]) {
      await scene.control('POST', '/faults', { match: ELEMENT_TOKENS, times: 1, fault });
      const answer = await ask(scene);
      toProblem(answer, 500, 'upstream_unavailable');
      assert.ok(retryAfterMs(answer) > 0);
    }
    tokenOf(await ask(scene));
  });

  it('that Cronofy refuses to our client blames the operator, and marks no grant', async () => {
    await using scene = await startLinkScene();
    await scene.link('alice');
    await scene.control('POST', '/faults', { match: ELEMENT_TOKENS, times: 1, fault: { status: 401 } });
    toProblem(await ask(scene), 500, 'provider_client_refused');
    tokenOf(await scene.as('alice', 'POST', 'cronofy/token/'));
  });
});
