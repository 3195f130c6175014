import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, toProblem, tokenOf } from '../support/service/answer.ts';
import { startSandbox } from '../support/service/start-sandbox.ts';
import { environment, readRows, TOKEN_PATH } from '../support/service/start-service.ts';
import { startServiceProcess } from '../support/service/start-service-process.ts';
import { newPackageFolder } from './package-folder.ts';
import { evergrant, newWorkFolder, startCommand, type Ended } from '../support/start-command.ts';

/** A database to keep keys in, and the command that works on it. */
function newKeyScene(calComUrl = 'http://127.0.0.1:9') {
  const folder = newWorkFolder();
  const databasePath = join(folder.path, 'evergrant.db');
  const env = environment(calComUrl, databasePath);
  return {
    env,
    databasePath,
    keys: (...args: string[]): Promise<Ended> => evergrant(['keys', ...args], { cwd: folder.path, env }),
    [Symbol.dispose]: () => {
      folder[Symbol.dispose]();
    },
  };
}

/** What a command that succeeded has answered with --json. */
function json({ code, stdout, stderr }: Ended): any {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

const ALICE = ['--role', 'user', '--subject', 'alice', '--email', 'alice@example.com', '--name', 'Alice'];
const KEY = /evg_user_([a-z0-9]{8})_[\w-]{43}/;

/** Calls that contradict themselves, and what is said of them. */
const REFUSALS: Record<string, { args: string[]; says: RegExp }> = {
  'no role': { args: ['create', '--subject', 'alice'], says: /--role/ },
  'an unknown role': { args: ['create', '--role', 'king'], says: /user, server, admin/ },
  'a user key without a subject': { args: ['create', '--role', 'user'], says: /needs a subject.*--subject/ },
  'a server key with a subject': {
    args: ['create', '--role', 'server', '--subject', 'a'],
    says: /leave the subject out/,
  },
  'an admin key with an e-mail': { args: ['create', '--role', 'admin', '--email', 'a@b.de'], says: /no e-mail/ },
  'what is no e-mail': { args: ['create', ...ALICE.slice(0, 4), '--email', 'alice'], says: /e-mail address/ },
  'a subject with a line break': { args: ['create', '--role', 'user', '--subject', 'a\nb'], says: /subject/ },
  'revoking nothing': { args: ['revoke'], says: /id/ },
  'revoking what is not there': { args: ['revoke', 'abcdefgh'], says: /no key abcdefgh[\s\S]*keys list/ },
};

describe('evergrant keys', { concurrency: 3 }, () => {
  it('create shows a key once, list never, and revoke takes it back for good', async () => {
    using scene = newKeyScene();
    assert.match((await scene.keys('list')).stdout, /no keys[\s\S]*keys create/);
    const made = await scene.keys('create', ...ALICE);
    assert.equal(made.code, 0, made.stderr);
    const [key = '', id = ''] = KEY.exec(made.stdout) ?? [];
    assert.ok(made.stdout.startsWith(`${key}\n`), 'the key stands alone, so that a script can take it');
    assert.match(made.stdout, new RegExp(` evergrant keys revoke ${id}\\n$`));
    const listed = (await scene.keys('list')).stdout;
    for (const part of [id, 'user', 'alice', 'alice@example.com']) assert.ok(listed.includes(part), part);
    assert.ok(!listed.includes(key.slice(-43)));
    assert.match((await scene.keys('revoke', id)).stdout, /is revoked/);
    assert.equal((await scene.keys('revoke', id)).code, 1);
    assert.ok(!JSON.stringify(readRows(scene.databasePath, 'select * from api_keys')).includes(key.slice(-43)));
  });

  it('list as an aligned table of plain text', async () => {
    using scene = newKeyScene();
    await scene.keys('create', ...ALICE);
    const [, id = ''] = KEY.exec((await scene.keys('create', ...ALICE.slice(0, 4))).stdout) ?? [];
    await scene.keys('create', '--role', 'server', '--name', 'the shop');
    await scene.keys('revoke', id);
    const [head = '', ...rows] = (await scene.keys('list')).stdout.trimEnd().split('\n');
    assert.match(head, /^id +role +subject +email +name +created +revoked$/);
    const times = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
    const cells = rows.map((row) =>
      ['subject', 'email', 'name', 'created', 'revoked'].map((name, index, names) => {
        const from = head.indexOf(name);
        return row.slice(from, index + 1 < names.length ? head.indexOf(names[index + 1] ?? '') : undefined).trimEnd();
      }),
    );
    const expected = [
      ['alice', 'alice@example.com', 'Alice', times, ''],
      ['alice', '', '', times, times],
      ['', '', 'the shop', times, ''],
    ];
    assert.equal(cells.length, expected.length);
    for (const [row, texts] of expected.entries()) {
      for (const [column, text] of texts.entries()) {
        assert.match(cells[row]?.[column] ?? '?', new RegExp(`^${text}$`), `${row} ${column}\n${rows.join('\n')}`);
      }
    }
    assert.doesNotMatch(rows.join('\n'), /undefined|'|"|│| $/m);
  });

  it('name commands that work as pasted, through npm in the repository, on the same data', async () => {
    using scene = newKeyScene();
    using folder = newPackageFolder();
    const create = ['run', '--silent', 'evergrant', '--', 'keys', 'create', '--role', 'server'];
    for (const [data, env] of [
      [[], scene.env],
      [['--dev'], {}],
    ] as const) {
      const inFolder = { cwd: folder.path, env };
      const made = await startCommand('npm', [...create, ...data], inFolder).ended;
      assert.equal(made.code, 0, made.stderr);
      const line = /Revoke it with: (npm run evergrant -- .*)$/m.exec(made.stdout)?.[1] ?? '';
      const revoked = await startCommand('bash', ['-c', line], inFolder).ended;
      assert.deepEqual([revoked.code, /is revoked/.test(revoked.stdout)], [0, true], `${made.stdout}${revoked.stderr}`);
    }
  });

  it('point at --dev where the data of npm start are, and no key ring', async () => {
    using scene = newKeyScene();
    const { EVERGRANT_ENCRYPTION_KEYS: ring = '', ...env } = scene.env;
    const run = (...args: string[]) => evergrant(args, { cwd: dirname(scene.databasePath), env });
    const hint = /add --dev for the data of npm start/;
    assert.doesNotMatch((await run('keys', 'list')).stderr, hint, 'there are none');
    assert.equal((await run('keys', 'list', '--dev')).code, 0);
    for (const args of [['keys', 'list'], ['events', 'list'], ['migrate']]) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 1);
      assert.match(stderr, /EVERGRANT_ENCRYPTION_KEYS is not set/);
      assert.match(stderr, hint, args.join(' '));
    }
    assert.doesNotMatch((await run('serve')).stderr, hint, 'it has no --dev');
    const broken = { cwd: dirname(scene.databasePath), env: { ...env, EVERGRANT_ENCRYPTION_KEYS: ring.slice(0, 9) } };
    assert.doesNotMatch((await evergrant(['keys', 'list'], broken)).stderr, hint, 'a broken ring is another matter');
  });

  it('answer as JSON when told to', async () => {
    using scene = newKeyScene();
    const { key, ...made } = json(await scene.keys('create', ...ALICE, '--json'));
    assert.match(key, KEY);
    assert.deepEqual([made.role, made.subject, made.revoked_at], ['user', 'alice', undefined]);
    assert.deepEqual(json(await scene.keys('list', '--json')), [made], 'the same, but for the key');
    assert.deepEqual(json(await scene.keys('revoke', made.id, '--json')), { id: made.id, revoked: true });
    const again = await scene.keys('revoke', made.id, '--json');
    assert.deepEqual([again.code, JSON.parse(again.stdout)], [1, { id: made.id, revoked: false }]);
    const [listed] = json(await scene.keys('list', '--json'));
    assert.ok(Date.parse(listed.revoked_at) >= Date.parse(made.created_at));
  });

  it('refuse what makes no sense, say what would, and store nothing', async () => {
    using scene = newKeyScene();
    for (const [name, { args, says }] of Object.entries(REFUSALS)) {
      const { code, stdout, stderr } = await scene.keys(...args);
      assert.equal(code, 1, name);
      assert.match(stdout + stderr, says, name);
      assert.doesNotMatch(stderr, /^ +at /m, `${name} is no reason for a stack`);
    }
    assert.deepEqual(readRows(scene.databasePath, 'select id from api_keys'), []);
  });

  it('let a key in that was made while the service runs, and shut it out within seconds of its revocation', async () => {
    await using sandbox = await startSandbox();
    using scene = newKeyScene(sandbox.url);
    await using service = await startServiceProcess(scene.env);
    const { key, id } = json(await scene.keys('create', ...ALICE, '--json'));
    const ask = () => call(service.url + TOKEN_PATH, 'POST', { bearer: key });
    tokenOf(await ask());
    const revoking = scene.keys('revoke', id);
    let answer = await ask();
    // Called again and again, so that the key is remembered when it is revoked.
    while (readRows(scene.databasePath, 'select 1 from api_keys where revoked_at is not null').length === 0) {
      answer = await ask();
      await sleep(50);
    }
    const since = Date.now();
    while (answer.status === 200 && Date.now() - since < 8_000) {
      await sleep(100);
      answer = await ask();
    }
    toProblem(answer, 401, 'credentials_invalid');
    assert.equal((await revoking).code, 0);
  });
});
