import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { startCalCom } from '../../../src/sandbox/index.ts';
import { startForTest, wordsFor, type TestCalCom } from '../../support/sandbox/test-cal-com.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'evergrant-sandbox-'));
  t.after(() => {
    rmSync(path, { recursive: true });
  });
  return path;
}

/** Rejects once the process has ended, which it is not to do by itself. */
async function ended(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null];
  throw new Error(`the sandbox ended with ${code ?? 'a signal'}`);
}

async function startProcess(stateFile: string): Promise<TestCalCom> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../support/sandbox/serve-for-test.ts'), stateFile],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [chunk] = (await Promise.race([once(child.stdout, 'data'), ended(child)])) as [Buffer];
  return wordsFor(chunk.toString().trim(), async () => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
}

describe('the state file', () => {
  it('keeps users, tokens, settings, clock, faults and journal across a restart', async (t) => {
    const stateFile = join(folder(t), 'state.json');
    const first = await startForTest({ race_loser: 'not_found', access_ttl_seconds: 1800 }, { stateFile });
    const { user, accessToken, refreshToken } = await first.createUser('alice', { metadata: { a: 'b' } });
    const second = (await first.refresh(refreshToken)).json.data;
    await first.control('POST', '/clock', { advance_seconds: 1000 });
    await first.control('POST', '/faults', { times: 3, match: { path: '/v2/timezones' }, fault: { status: 503 } });
    await first.call('GET', '/v2/timezones');
    const before = await Promise.all(['/settings', '/faults', '/journal'].map((path) => first.control('GET', path)));
    const stateBefore = (await first.control('GET', '/state')).json;
    await first.close();

    const restarted = await startCalCom({ port: 0, stateFile });
    await using again = wordsFor(restarted.url, () => restarted.close());
    const after = await Promise.all(['/settings', '/faults', '/journal'].map((path) => again.control('GET', path)));
    assert.deepEqual(
      after.map(({ json }) => json),
      before.map(({ json }) => json),
    );
    assert.equal(after[1]?.json[0].times, 2);
    const stateAfter = (await again.control('GET', '/state')).json;
    assert.deepEqual({ ...stateAfter, now: '' }, { ...stateBefore, now: '' });
    assert.equal((await again.control('GET', '/clock')).json.offset_seconds, 1000);
    assert.equal((await again.check(accessToken)).status, 200);
    assert.equal((await again.refresh(refreshToken)).status, 404, 'a used token stays used');
    assert.equal((await again.refresh(second.refreshToken)).status, 200);
    const next = await again.createUser('bob');
    assert.ok(next.user.id > user.id, 'ids are never given twice');
  });

  it('holds tokens, so it is readable for its owner alone, and leaves no temporary file', async (t) => {
    const path = folder(t);
    await using cal = await startForTest({}, { stateFile: join(path, 'state.json') });
    await cal.createUser('alice');
    assert.deepEqual(readdirSync(path).sort(), ['state.json', 'state.json.journal']);
    for (const file of readdirSync(path)) assert.equal(statSync(join(path, file)).mode & 0o777, 0o600, file);
  });

  it('is not written for a mere look', async (t) => {
    const stateFile = join(folder(t), 'state.json');
    await using cal = await startForTest({}, { stateFile });
    const { accessToken } = await cal.createUser('alice');
    await cal.check(accessToken);
    const { ino } = statSync(stateFile);
    await cal.check(accessToken);
    await cal.control('GET', '/state');
    assert.equal(statSync(stateFile).ino, ino);
  });

  it('forgets nothing that was answered when the process is killed in the middle of a storm', async (t) => {
    const stateFile = join(folder(t), 'state.json');
    const first = await startProcess(stateFile);
    await first.control('PUT', '/settings', { rate_limit_per_minute: 0 });
    const answered: { refreshToken: string; used: string[] }[] = [];
    let refreshes = 0;
    const storm = Array.from({ length: 20 }, async (_, i) => {
      const { refreshToken } = await first.createUser(`user${i}`);
      const mine = { refreshToken, used: [] as string[] };
      answered.push(mine);
      for (;;) {
        const { status, json } = await first.refresh(mine.refreshToken);
        if (status !== 200) return;
        mine.used.push(mine.refreshToken);
        mine.refreshToken = json.data.refreshToken;
        refreshes += 1;
        if (refreshes === 200) void first.close();
      }
    });
    await Promise.allSettled(storm);
    assert.ok(refreshes >= 200);

    await using again = await startProcess(stateFile);
    const { json } = await again.control('GET', '/state');
    const status = new Map<string, string>(json.tokens.map((one: any) => [one.token, one.status]));
    for (const { refreshToken, used } of answered) {
      // The last token was either not yet presented, or presented in the call that the kill cut off.
      assert.ok(['live', 'used'].includes(status.get(refreshToken) ?? 'forgotten'));
      for (const token of used) assert.equal(status.get(token), 'used');
    }
  });

  it('that cannot be written makes the answer a 500 instead of a promise that would not be kept', async (t) => {
    const path = join(folder(t), 'gone');
    mkdirSync(path);
    await using cal = await startForTest({}, { stateFile: join(path, 'state.json') });
    rmSync(path, { recursive: true });
    const failed = await cal.control('POST', '/clock', { advance_seconds: 1 });
    assert.deepEqual([failed.status, failed.json.error], [500, 'sandbox_failed']);
    mkdirSync(path);
    assert.equal((await cal.control('GET', '/clock')).status, 200);
    assert.deepEqual(readdirSync(path), ['state.json'], 'what could not be written is written with the next answer');
  });

  it('is refused with its name when it is not one', async (t) => {
    const stateFile = join(folder(t), 'state.json');
    for (const text of ['{"half":', '{"sandbox":"cronofy"}', '[]']) {
      writeFileSync(stateFile, text);
      await assert.rejects(startCalCom({ port: 0, stateFile }), (error: Error) => error.message.includes(stateFile));
      assert.equal(readFileSync(stateFile, 'utf8'), text, 'it is left alone');
    }
  });

  it('has a journal that survives a line cut short', async (t) => {
    const stateFile = join(folder(t), 'state.json');
    const first = await startForTest({}, { stateFile });
    await first.createUser('alice');
    await first.close();
    writeFileSync(`${stateFile}.journal`, '{"at":"x","meth', { flag: 'a' });
    await using again = await startForTest({}, { stateFile });
    await again.createUser('bob');
    const { json } = await again.control('GET', '/journal');
    assert.deepEqual(
      json.map(({ status }: any) => status),
      [201, 201],
    );
  });
});
