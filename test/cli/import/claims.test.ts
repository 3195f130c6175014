import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT_ID, startSandbox, type Sandbox } from '../../support/service/start-sandbox.ts';
import { newImportScene } from './import-scene.ts';

const OTHER = { id: 'sandbox-cal-other-client', secret: 'sandbox-cal-other-secret' };

/** A managed user as the answer that made it describes it. */
async function create(sandbox: Sandbox, name: string, client?: typeof OTHER): Promise<any> {
  const body = { email: `${name}@example.com`, name };
  const path = `/v2/oauth-clients/${client?.id ?? CLIENT_ID}/users`;
  if (client === undefined) {
    const { status, json } = await sandbox.asClient('POST', path, body);
    assert.equal(status, 201, JSON.stringify(json));
    return json.data;
  }
  const response = await fetch(sandbox.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-cal-secret-key': client.secret },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 201);
  return ((await response.json()) as any).data;
}

function lineOf(subject: string, { user, ...tokens }: any, more: object = {}) {
  return { subject, provider: 'cal-com-managed', account_id: user.id, ...tokens, ...more };
}

describe('an import of managed users', () => {
  it('takes no token that is of another account, client, kind or time than its line says', async () => {
    await using sandbox = await startSandbox();
    using scene = newImportScene(sandbox.url);
    const [ada, ben] = [await create(sandbox, 'ada'), await create(sandbox, 'ben')];
    const stranger = await create(sandbox, 'stranger', OTHER);
    const wrong: [object, field: string, message: RegExp][] = [
      [lineOf('a', ada, { account_id: ben.user.id }), 'accessToken', /account \d+, but "account_id" is \d+/],
      [lineOf('b', ada, { accessToken: null, account_id: ben.user.id }), 'refreshToken', /of the account/],
      [lineOf('c', ada, { refreshToken: ben.refreshToken }), 'refreshToken', /of the account/],
      [lineOf('d', stranger), 'accessToken', /another client/],
      [lineOf('e', ada, { accessToken: ada.refreshToken }), 'accessToken', /a token for refresh/],
      [lineOf('f', ada, { refreshToken: ada.accessToken }), 'refreshToken', /a token for access/],
      [
        lineOf('g', ada, { accessTokenExpiresAt: ada.accessTokenExpiresAt * 1000 }),
        'accessTokenExpiresAt',
        /microseconds/,
      ],
      [
        lineOf('h', ada, { accessTokenExpiresAt: Number(ada.accessTokenExpiresAt) + 3_600_000 }),
        'accessTokenExpiresAt',
        /itself says/,
      ],
      [
        lineOf('i', ada, { refreshTokenExpiresAt: Number(ada.refreshTokenExpiresAt) + 7 * 86_400_000 }),
        'refreshTokenExpiresAt',
        /itself says/,
      ],
    ];
    const file = scene.file([...wrong.map(([line]) => line), lineOf('ada', ada), lineOf('ben', ben)]);
    const { stdout, stderr } = await scene.run(file, '--json');
    const result = JSON.parse(stdout);
    assert.equal(result.imported, 2, stdout + stderr);
    assert.equal(result.refused, wrong.length);
    for (const [index, [, field, message]] of wrong.entries()) {
      const problem = result.refused_lines.find((each: any) => each.line === index + 1);
      assert.equal(problem.field, field, JSON.stringify(problem));
      assert.match(problem.message, message);
    }
    for (const made of [ada, ben, stranger]) {
      for (const token of [made.accessToken, made.refreshToken]) assert.ok(!(stdout + stderr).includes(token));
    }
  });

  it('takes what it cannot read', async () => {
    await using sandbox = await startSandbox();
    using scene = newImportScene(sandbox.url);
    const made = await create(sandbox, 'ada');
    const payloads = ['', 'null', '[]', '{}', '7', '{"ownerId":"x","type":"__proto__","clientId":1,"expiresAt":1e300}'];
    const tokens = [
      'opaque',
      'a.b',
      'a.b.c',
      '../..',
      ...payloads.map((text) => `h.${Buffer.from(text).toString('base64url')}.s`),
    ];
    const lines = tokens.map((accessToken, index) =>
      lineOf(`u${index}`, made, { accessToken, refreshToken: `r${index}`, account_id: 5_000 + index }),
    );
    const { stdout, stderr } = await scene.run(scene.file(lines), '--json', '--dry-run');
    assert.equal(JSON.parse(stdout).imported, lines.length, stdout + stderr);
  });
});
