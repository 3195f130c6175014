import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findLeaks } from '../support/leaks.ts';
import { line, lines, newImportScene, summary } from './import/import-scene.ts';
import { inTime, MAIN, startCommand } from '../support/start-command.ts';

const CLEAN = { imported: 0, already_there: 0, refused: 0, dry_run: false, interrupted: false, refused_lines: [] };

describe('evergrant import', { concurrency: 2 }, () => {
  it('imports every line, changes nothing the second time, and says so', async () => {
    using scene = newImportScene();
    const file = scene.file(lines(3));
    const first = await scene.run(file);
    assert.equal(first.code, 0, first.stderr);
    assert.equal(first.stdout, 'Imported: 3. Already there: 0. Refused: 0.\n');
    assert.equal(first.stderr, '');
    const facts = scene.rows('select * from exchanges, credentials, grants');
    assert.deepEqual(summary(await scene.run(file, '--json')), { ...CLEAN, code: 0, already_there: 3 });
    assert.deepEqual(scene.rows('select * from exchanges, credentials, grants'), facts);
  });

  it('names each bad line, imports the others, and ends with 1', async () => {
    using scene = newImportScene();
    const file = scene.file([
      line(1),
      line(2, { expires_at: 'tomorrow' }),
      '',
      line(4, { provider: 'cronofy' }),
      '{"subject": "alice", ',
      line(6, { account_id: null }),
      line(7, { scope: 'read' }),
      line(8, { subject: 'user-1' }),
      line(9),
    ]);
    const { code, stdout, stderr } = await scene.run(file);
    assert.equal(code, 1);
    assert.equal(stdout, 'Imported: 2. Already there: 0. Refused: 6.\n');
    assert.match(stderr, /^line 2: "expires_at" is "tomorrow"; give an ISO 8601 time or epoch seconds$/m);
    assert.match(stderr, /^line 4: "provider" is "cronofy"; give one that is configured: cal-com-managed$/m);
    assert.match(stderr, /^line 5: this is not JSON; /m);
    assert.match(stderr, /^line 6: "account_id" is missing; give the numeric id of the managed user/m);
    assert.match(stderr, /^line 7: "scope" is no field/m);
    assert.match(stderr, /^line 8: "account_id" is another account than/m);
    assert.doesNotMatch(stderr, /^ +at /m);
    const subjects = scene.rows('select subject from connections order by subject').map(({ subject }) => subject);
    assert.deepEqual(subjects, ['user-1', 'user-9']);
    const again = summary(await scene.run(file, '--json', '--ignore-unknown'));
    assert.deepEqual([again.code, again.imported, again.already_there, again.refused], [1, 1, 2, 5]);
    const [refused] = again.refused_lines;
    assert.deepEqual([refused.line, refused.field], [2, 'expires_at']);
    assert.deepEqual(
      again.refused_lines.map((each: any) => each.line),
      [2, 4, 5, 6, 8],
    );
  });

  it('takes what editors and other systems make of a file', async () => {
    using scene = newImportScene();
    const [one, two, three] = lines(3).map((each) => JSON.stringify(each));
    const file = scene.file([`\uFEFF${one}\r`, '\r', `  ${two}\r`, three]);
    assert.equal((await scene.run(file)).stdout, 'Imported: 3. Already there: 0. Refused: 0.\n');
    const odd = [one!, 'x'.repeat(300_000), '{"subject": "\u00e9"}'].map((text) => Buffer.from(`${text}\n`, 'latin1'));
    writeFileSync(join(scene.folder, file), Buffer.concat(odd));
    const { already_there, refused_lines } = summary(await scene.run(file, '--json'));
    assert.equal(already_there, 1);
    assert.match(refused_lines[0].message, /too long/);
    assert.match(refused_lines[1].message, /not UTF-8/);
  });

  it('reads standard input', async () => {
    using scene = newImportScene();
    const file = scene.file(lines(3));
    const command = `"${process.execPath}" "${MAIN}" import - --json < ${file}`;
    await using running = startCommand('/bin/sh', ['-c', command], { cwd: scene.folder, env: scene.env });
    assert.equal(summary(await inTime(running.ended, running.stderr)).imported, 3);
  });

  it('writes nothing in a dry run, and finds what the real one would', async () => {
    using scene = newImportScene();
    const file = scene.file([line(1), line(2, { expires_at: 'tomorrow' })]);
    const dry = summary(await scene.run(file, '--json', '--dry-run'));
    assert.deepEqual([dry.code, dry.imported, dry.refused, dry.dry_run], [1, 1, 1, true]);
    for (const table of ['grants', 'connections', 'exchanges', 'credentials', 'events']) {
      assert.deepEqual(scene.rows(`select * from ${table}`), [], table);
    }
    assert.match((await scene.run(file, '--dry-run')).stdout, /^Would be imported: 1\.[\s\S]*nothing was written/);
  });

  it('warns, once, of a file that others can read', async () => {
    using scene = newImportScene();
    const open = await scene.run(scene.file(lines(2), { mode: 0o644 }));
    assert.match(open.stderr, /^Warning: Others .* chmod 600 tokens\.jsonl\n$/);
    assert.equal(open.code, 0);
  });

  it('says what is wrong with a file that it cannot read, and makes nothing', async () => {
    using scene = newImportScene();
    for (const [path, says] of [
      ['nowhere.jsonl', /^nowhere\.jsonl can't be read: there is no such file\.\n$/],
      ['.', /^\. is a folder\./],
    ] as const) {
      const { code, stderr } = await scene.run(path);
      assert.equal(code, 1);
      assert.match(stderr, says);
    }
    assert.ok(!existsSync(scene.databasePath));
    using unconfigured = newImportScene('', { CAL_COM_CLIENT_ID: '', CAL_COM_CLIENT_SECRET: '', CAL_COM_API_URL: '' });
    const { code, stderr } = await unconfigured.run(unconfigured.file([line(1)]));
    assert.equal(code, 1);
    assert.match(stderr, /No provider is configured/);
  });

  it('shows no token anywhere, not even of lines that it refuses, and seals those that it takes', async () => {
    using scene = newImportScene();
    const given = lines(6);
    const [one, two, three, four, five, six] = given;
    const file = scene.file([
      one,
      { ...two, expires_at: two!.refresh_token },
      { ...three, [three!.refresh_token]: 1 },
      JSON.stringify(four).slice(0, -1),
      { ...five, refresh_token: `${five!.refresh_token}\n`, access_token: { token: five!.access_token } },
      { ...six, subject: 'user-1' },
    ]);
    const plain = await scene.run(file);
    const json = await scene.run(file, '--json');
    assert.deepEqual([summary(json).already_there, summary(json).refused], [1, 5]);
    const places = ['', '-wal', '-shm']
      .filter((suffix) => existsSync(scene.databasePath + suffix))
      .map((suffix) => ({ name: `file${suffix}`, bytes: readFileSync(scene.databasePath + suffix) }));
    for (const [name, { stdout, stderr }] of Object.entries({ plain, json })) {
      places.push({ name, bytes: Buffer.from(stdout + stderr) });
    }
    const canaries = given.flatMap((each, index) => [
      { name: `access ${index}`, bytes: Buffer.from(each.access_token) },
      { name: `refresh ${index}`, bytes: Buffer.from(each.refresh_token) },
      { name: `part of refresh ${index}`, bytes: Buffer.from(each.refresh_token.slice(0, 20)) },
    ]);
    assert.deepEqual(findLeaks(canaries, places), []);
    assert.equal(readFileSync(scene.databasePath).includes('user-1'), true, 'the right file was looked through');
  });

  it('killed in the midst of its work and run again, has everything there exactly once', async () => {
    const COUNT = 5_000;
    using scene = newImportScene();
    const file = scene.file(lines(COUNT));
    await using running = scene.start(file);
    const stored = () =>
      existsSync(scene.databasePath) &&
      scene.rows("select 1 from sqlite_master where name = 'events'").length > 0 &&
      scene.rows('select count(*) as count from credentials')[0].count;
    while (!(stored() > 500)) await sleep(10);
    await running.kill();
    const before = stored();
    assert.ok(before < COUNT, `${before} were there when it was killed`);
    const { code, imported, already_there } = summary(await scene.run(file, '--json'));
    assert.deepEqual([code, imported, already_there], [0, COUNT - before, before]);
    const [counts] = scene.rows(`select
      (select count(*) from credentials where ended_at is null) as credentials, (select count(*) from grants) as grants,
      (select count(*) from connections) as connections, (select count(*) from exchanges where outcome = 'obtained') as exchanges,
      (select count(*) from events) as events`);
    assert.deepEqual(Object.values(counts), [COUNT, COUNT, COUNT, COUNT, COUNT]);
  });

  it('stops at SIGINT with a summary, and goes on when run again', async () => {
    const COUNT = 2_000;
    using scene = newImportScene();
    const file = scene.file(lines(COUNT));
    await using running = scene.start(file);
    while (!existsSync(scene.databasePath) || !scene.rows('select 1 from sqlite_master').length) await sleep(10);
    while (!scene.rows("select 1 from sqlite_master where name = 'events'").length) await sleep(10);
    while (!scene.rows('select 1 from credentials limit 1').length) await sleep(10);
    running.signal('SIGINT');
    const { code, stdout } = await inTime(running.ended, running.stderr);
    assert.equal(code, 130);
    const [, imported = ''] = /^Imported: (\d+)\. .*\nInterrupted\. Run the same command again/.exec(stdout) ?? [];
    assert.equal(scene.rows('select 1 from credentials').length, Number(imported), stdout);
    assert.ok(Number(imported) < COUNT);
    assert.deepEqual(summary(await scene.run(file, '--json')), {
      ...CLEAN,
      code: 0,
      imported: COUNT - Number(imported),
      already_there: Number(imported),
    });
  });

  it('ends at SIGINT though standard input never does', async () => {
    using scene = newImportScene();
    const command = `mkfifo pipe; exec 3<>pipe; exec "${process.execPath}" "${MAIN}" import - < pipe`;
    await using running = startCommand('/bin/sh', ['-c', command], { cwd: scene.folder, env: scene.env });
    while (!existsSync(scene.databasePath)) await sleep(10);
    while (!scene.rows("select 1 from sqlite_master where name = 'events'").length) await sleep(10);
    await sleep(500);
    running.signal('SIGINT');
    const { code, stdout } = await inTime(running.ended, running.stderr);
    assert.equal(code, 130, stdout);
    assert.match(stdout, /^Imported: 0\. .*\nInterrupted/);
  });
});
