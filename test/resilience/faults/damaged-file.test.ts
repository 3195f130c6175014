import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { call, tokenOf } from '../../support/service/answer.ts';
import { startServiceProcess } from '../../support/service/start-service-process.ts';
import { effort } from '../../support/effort.ts';
import { assertNothingLost } from './reckoning.ts';
import { newScene, untilServed, withServices, type Scene } from '../../support/scene.ts';

const PAGE_BYTES = 4_096;
const TABLES = ['credentials', 'exchanges', 'grants', 'connections'];
const SUBJECTS = Array.from({ length: 8 }, (_, index) => `user-${index}`);

interface StoppedScene extends Scene {
  /** The database as it was, to be put back. */
  readonly sound: Buffer;
}

/** A database with users in it, all of it in one file, and nobody who has it open. */
async function newStoppedScene(): Promise<StoppedScene> {
  const scene = await newScene();
  await Promise.all(SUBJECTS.map(async (subject) => tokenOf(await scene.ask(0, subject))));
  await scene.services[0]?.kill();
  {
    using database = new DatabaseSync(scene.databasePath);
    database.exec('pragma wal_checkpoint(truncate)');
  }
  return { ...scene, sound: readFileSync(scene.databasePath) };
}

/** Overwrites one page, the way a disk or a stray process does. Counted from 1. */
function ruinPage(path: string, page: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(PAGE_BYTES, 0xa5), 0, PAGE_BYTES, (page - 1) * PAGE_BYTES);
  closeSync(file);
}

/** The first page of a table. */
function rootOf(path: string, table: string): number {
  using database = new DatabaseSync(path, { readOnly: true });
  return Number(database.prepare('select rootpage from sqlite_master where name = ?').get(table)?.['rootpage']);
}

function putBack({ databasePath, sound }: StoppedScene): void {
  for (const end of ['-wal', '-shm']) rmSync(databasePath + end, { force: true });
  writeFileSync(databasePath, sound);
}

/** How often Cal.com was asked for anything. */
async function asked({ sandbox }: Scene): Promise<number> {
  return (await sandbox.journal()).length;
}

/** Everybody is told of an error or given what was there; nobody gets anything new, and the process lives. */
async function assertErrorsAlone(scene: Scene): Promise<void> {
  for (const subject of SUBJECTS) {
    const { status, json, text } = await scene.ask(0, subject, { force_refresh: true });
    assert.ok(status === 500 || json.refreshed === false, text);
  }
  assert.equal((await call(`${scene.services[0]?.url ?? ''}/healthz`, 'GET')).status, 200);
}

describe('a database file', { concurrency: 4 }, () => {
  for (const [what, page] of [
    ['its first page', 1],
    ['its schema', 2],
  ] as const) {
    it(`in which ${what} is ruined is refused at the start, and left as it is`, async () => {
      await using scene = await newStoppedScene();
      ruinPage(scene.databasePath, page);
      const ruined = readFileSync(scene.databasePath);
      await assert.rejects(startServiceProcess(scene.env), /not a database|malformed/);
      assert.ok(readFileSync(scene.databasePath).equals(ruined), 'it was not built anew');
      assert.equal((await scene.sandbox.users()).length, SUBJECTS.length);
    });
  }

  for (const table of TABLES.slice(0, effort({ smoke: 1, proofs: 2, long: TABLES.length }))) {
    it(`whose ${table} are ruined brings errors, no second accounts and no lost tokens`, async (context) => {
      await using scene = await newStoppedScene();
      ruinPage(scene.databasePath, rootOf(scene.databasePath, table));
      const before = await asked(scene);
      {
        await using service = await startServiceProcess(scene.env).catch((error: unknown) => {
          assert.match(String(error), /malformed/);
          return undefined;
        });
        if (service === undefined) context.diagnostic('refused at the start');
        else await assertErrorsAlone(withServices(scene, [service]));
      }
      assert.equal(await asked(scene), before, 'Cal.com was not asked for what could not be kept');
      putBack(scene);
      await using successor = await startServiceProcess(scene.env);
      await assertNothingLost(withServices(scene, [successor]), SUBJECTS);
    });
  }

  it('whose log of unmerged writes was deleted gives everybody their own account again', async () => {
    await using scene = await newScene();
    const { sandbox } = scene;
    for (const subject of SUBJECTS.slice(0, 3)) tokenOf(await scene.ask(0, subject));
    await scene.services[0]?.kill();
    for (const end of ['-wal', '-shm']) rmSync(scene.databasePath + end, { force: true });
    await using successor = await startServiceProcess(scene.env);
    const later = withServices(scene, [successor]);
    for (const subject of SUBJECTS.slice(0, 3)) {
      const { access_token: token } = tokenOf(await untilServed(() => later.ask(0, subject), 20_000));
      const { status, json } = await sandbox.me(token);
      assert.equal(status, 200);
      assert.match(json.data.email, new RegExp(`^${subject}\\+`));
    }
    assert.equal((await sandbox.users()).length, 3, 'no second user upstream');
  });
});
