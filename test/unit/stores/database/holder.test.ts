import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { holderName, isDead } from '../../../../src/stores/database/holder.ts';
import { temporaryDirectory } from '../../../support/stores/open-test-stores.ts';

const HOLDER = new URL('../../../../src/stores/database/holder.ts', import.meta.url).href;
const IS_LINUX = process.platform === 'linux';
const NO_PROC = { skip: IS_LINUX ? false : 'the kernel tells nothing in /proc here' };

/** The name that a process of its own goes by. */
async function namedProcess(): Promise<{ name: string; child: ChildProcess } & AsyncDisposable> {
  const program = `import { holderName } from ${JSON.stringify(HOLDER)}; console.log(holderName()); setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    name: line.toString().trim(),
    child,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** As {@link holderName} put it before it told processes by when they began. */
function formerName(pid: number | undefined, bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) {
  return `${hostname()}/${bootId}/${readlinkSync('/proc/self/ns/pid')}:${pid ?? 0}:a-word`;
}

describe('a holder', NO_PROC, () => {
  it('of this machine is dead once its process is gone, and not before', async () => {
    const other = await namedProcess();
    assert.equal(isDead(other.name), false);
    await other[Symbol.asyncDispose]();
    assert.equal(isDead(other.name), true);
  });

  it('whose process id another process has by now is dead', async () => {
    await using other = await namedProcess();
    const reused = other.name.replace(/:(\d+)\.\d+:/, (_, pid: string) => `:${pid}.1:`);
    assert.notEqual(reused, other.name);
    assert.equal(isDead(reused), true);
  });

  it('is told apart from others whose program has an odd name', async () => {
    await using folder = await temporaryDirectory();
    const copy = join(folder.path, 'a) b (c');
    symlinkSync('/bin/sleep', copy);
    const child = spawn(copy, ['1000']);
    await once(child, 'spawn');
    const startTime = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
    const name = holderName().replace(/:\d+\.\d+:/, `:${child.pid}.${startTime}:`);
    assert.equal(isDead(name), false);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  it('that had our own process id before us is dead, and we are not', () => {
    const ours = holderName();
    assert.equal(isDead(ours), false);
    assert.equal(isDead(ours.replace(/\.\d+:/, '.1:')), true);
  });

  it('that is another thread of this process is not dead', async () => {
    const program = `import(${JSON.stringify(HOLDER)}).then(({ holderName }) =>
      require('node:worker_threads').parentPort.postMessage(holderName()));`;
    const [name] = (await once(new Worker(program, { eval: true }), 'message')) as [string];
    assert.equal(isDead(name), false);
  });

  it('of another boot is not dead, whatever runs here', () => {
    const other = holderName().replace(/\/[0-9a-f-]{36}\//, '/00000000-0000-4000-8000-000000000000/');
    assert.equal(isDead(other.replace(/:\d+\./, ':999999999.')), false);
  });

  it('named by a version before this one is dead where its process is gone', async () => {
    const other = await namedProcess();
    const name = formerName(other.child.pid);
    assert.equal(isDead(name), false);
    await other[Symbol.asyncDispose]();
    assert.equal(isDead(name), true);
    assert.equal(isDead(formerName(process.pid)), true, 'it had our process id before us');
    assert.equal(isDead(formerName(999_999_999, '')), false, 'nobody knows which machine that was');
  });
});

describe('on a machine that does not tell what it is', NO_PROC, () => {
  it('nobody is taken for dead, and no two processes share a name for it', async () => {
    await using empty = await temporaryDirectory();
    const [one, other] = [holderName(empty.path), holderName(empty.path)];
    const machine = (name: string) => name.slice(0, name.indexOf(':'));
    assert.notEqual(machine(one), machine(other));
    for (const name of [one, other, one.replace(/:\d+\./, ':999999999.'), ':1:a-word', '', 'localhost//:1:a-word']) {
      assert.equal(isDead(name), false, name);
      assert.equal(isDead(name, empty.path), false, name);
    }
    assert.equal(isDead(holderName().replace(/:\d+\./, ':999999999.'), empty.path), false);
  });

  it('an unreadable boot id is enough', async () => {
    await using folder = await temporaryDirectory();
    mkdirSync(join(folder.path, 'self/ns'), { recursive: true });
    mkdirSync(join(folder.path, 'sys/kernel/random'), { recursive: true });
    symlinkSync('pid:[4026531836]', join(folder.path, 'self/ns/pid'));
    writeFileSync(join(folder.path, 'self/stat'), readFileSync('/proc/self/stat'));
    writeFileSync(join(folder.path, 'sys/kernel/random/boot_id'), '');
    const gone = holderName(folder.path).replace(/:\d+\./, ':999999999.');
    assert.equal(isDead(gone, folder.path), false);
    writeFileSync(join(folder.path, 'sys/kernel/random/boot_id'), 'a-boot\n');
    const named = holderName(folder.path).replace(/:\d+\./, ':999999999.');
    assert.equal(isDead(named, folder.path), true);
  });

  const sealed = `mount --bind /dev/null /proc/sys/kernel/random/boot_id && exec "$@"`;
  const cannot = spawnSync('unshare', ['-m', 'sh', '-c', `mount --bind /dev/null /proc/sys/kernel/random/boot_id`]);
  const skip = cannot.status === 0 ? false : 'needs unshare, and to be root';
  it('as a hardened container is, real processes are strangers to each other', { skip }, () => {
    const program = `import { holderName } from ${JSON.stringify(HOLDER)}; console.log(holderName());`;
    const names = [1, 2].map(() =>
      spawnSync(
        'unshare',
        ['-m', 'sh', '-c', sealed, 'sh', process.execPath, '--input-type=module', '--eval', program],
        {
          encoding: 'utf8',
        },
      ).stdout.trim(),
    );
    for (const name of names) assert.match(name, /^[0-9a-f-]{36}:\d+\.\d+:[0-9a-f-]{36}$/);
    const ask = `import { isDead } from ${JSON.stringify(HOLDER)}; console.log(isDead(process.argv[1]));`;
    const { stdout } = spawnSync(
      'unshare',
      ['-m', 'sh', '-c', sealed, 'sh', process.execPath, '--input-type=module', '--eval', ask, names[0] ?? ''],
      { encoding: 'utf8' },
    );
    assert.equal(stdout.trim(), 'false');
  });
});
