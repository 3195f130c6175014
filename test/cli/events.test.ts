import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { tokenOf } from '../support/service/answer.ts';
import { jwt } from '../support/service/credentials.ts';
import { environment, newFolder, startService, type Service } from '../support/service/start-service.ts';
import { evergrant, startEvergrant, type Ended } from '../support/start-command.ts';

/** A service in whose database alice was created and lost an answer, and bob was created and refreshed. */
async function startEventfulService(): Promise<Service> {
  const service = await startService();
  const { sandbox } = service;
  const [alice, bob] = [jwt('alice'), jwt('bob')];
  tokenOf(await service.token(alice));
  tokenOf(await service.token(bob));
  tokenOf(await service.token(bob, { force_refresh: true }));
  await service.expire();
  await sandbox.fault('refresh', { drop_reply: true }, 1);
  for (let answer = await service.token(alice); answer.status !== 200; answer = await service.token(alice)) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return service;
}

function commandOn({ databasePath, env }: Pick<Service, 'databasePath' | 'env'>) {
  const surroundings = { cwd: dirname(databasePath), env };
  return {
    run: (...args: string[]): Promise<Ended> => evergrant(['events', ...args], surroundings),
    start: (...args: string[]) => startEvergrant(['events', ...args], surroundings),
  };
}

/** What a command that succeeded has printed, one JSON value a line. */
function lines({ code, stdout, stderr }: Ended): any[] {
  assert.equal(code, 0, stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe('evergrant events', { concurrency: 2 }, () => {
  it('list prints what happened, the newest first, with a summary', async () => {
    await using service = await startEventfulService();
    const { run } = commandOn(service);
    const { code, stdout, stderr } = await run('list');
    assert.equal(code, 0, stderr);
    const [head, ...rows] = stdout.split('\n');
    assert.match(head ?? '', /^time +type +reason +provider +subjects +id +detail$/);
    const row = (what: string, who: string) =>
      new RegExp(String.raw`^\d{4}-\d\d-\d\dT[\d:.]+Z  ${what} +cal-com-managed +${who} +\d+(?: +/v2/.*)?$`);
    for (const [index, [what, who]] of [
      ['grant.recovered +answer_lost', 'alice'],
      ['grant.created', 'bob'],
      ['grant.created', 'alice'],
    ].entries()) {
      assert.match(rows[index] ?? '', row(what ?? '', who ?? ''));
    }
    assert.match(stdout, /\n +2 {2}grant\.created\n/);
    assert.match(stdout, /\n +1 {2}grant\.recovered, answer_lost\n/);
    assert.match(stdout, /\n +1 {2}grant\.refreshed\n/, 'counted, though each is told by its exchange alone');
    assert.match(stdout, /never came: 1\n$/);
  });

  it('list prints one JSON object per line when told to, filtered and in pages', async () => {
    await using service = await startEventfulService();
    const { run } = commandOn(service);
    const all = lines(await run('list', '--json'));
    assert.deepEqual(
      all.map(({ type, reason, subjects }) => [type, reason, ...subjects]),
      [
        ['grant.recovered', 'answer_lost', 'alice'],
        ['grant.created', null, 'bob'],
        ['grant.created', null, 'alice'],
      ],
    );
    const keys = ['id', 'type', 'reason', 'at', 'realm', 'grant_id', 'subjects', 'exchange_id', 'detail'];
    for (const event of all) {
      assert.deepEqual(Object.keys(event), keys);
      assert.ok(Math.abs(Date.parse(event.at) - Date.now()) < 600_000);
    }
    assert.deepEqual(lines(await run('list', '--json', '--limit', '1')), all.slice(0, 1));
    assert.deepEqual(lines(await run('list', '--json', '--subject', 'alice')), [all[0], all[2]]);
    const types = ['--type', 'grant.recovered', 'grant.created', '--subject', 'alice'];
    assert.deepEqual(lines(await run('list', '--json', ...types)), [all[0], all[2]]);
    const after = ['--after', String(all[2].id)];
    assert.deepEqual(lines(await run('list', '--json', ...after)), [all[1], all[0]], 'the oldest of them first');
    assert.deepEqual(lines(await run('summary', '--json', '--subject', 'alice')), [
      {
        events: [
          { type: 'grant.created', reason: null, count: 1 },
          { type: 'grant.recovered', reason: 'answer_lost', count: 1 },
        ],
        losses: 1,
        reverted: 0,
      },
    ]);
  });

  it('list --follow prints each event once as it comes, until it is told to stop, and renews nothing', async () => {
    await using service = await startEventfulService();
    await using command = commandOn(service).start('list', '--follow', '--json', '--limit', '2');
    await command.printed(/answer_lost/);
    tokenOf(await service.token(jwt('carol')));
    await command.printed(/carol/);
    tokenOf(await service.token(jwt('carol'), { force_refresh: true }));
    tokenOf(await service.token(jwt('dora')));
    await command.printed(/dora/);
    command.signal('SIGINT');
    assert.deepEqual(
      lines(await command.ended).map(({ type, subjects }) => [type, ...subjects]),
      [
        ['grant.created', 'bob'],
        ['grant.recovered', 'alice'],
        ['grant.created', 'carol'],
        ['grant.created', 'dora'],
      ],
    );
    assert.equal(service.rows('select distinct holder from exchanges').length, 1);
  });

  it('says so where nothing happened, and refuses what makes no sense', async () => {
    using folder = newFolder();
    const { run } = commandOn({ ...folder, env: environment('http://127.0.0.1:9', folder.databasePath) });
    assert.match((await run('list')).stdout, /no such events/);
    assert.deepEqual(lines(await run('list', '--json')), []);
    for (const [args, says] of [
      [['--type', 'grant.eaten'], /grant\.created/],
      [['--limit', '0'], /1 to 10000/],
      [['--after', '-1'], /whole number/],
    ] as const) {
      const { code, stderr } = await run('list', ...args);
      assert.equal(code, 1);
      assert.match(stderr, says);
    }
  });
});
