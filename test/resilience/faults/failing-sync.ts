import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Why no system call can be made to fail here; undefined where one can. */
export function noInjection(): string | undefined {
  if (process.platform !== 'linux') return 'strace is for Linux alone';
  const { status } = spawnSync('strace', ['-o', '/dev/null', '-e', 'inject=fdatasync:error=EIO', 'true']);
  return status === 0 ? undefined : 'strace is not installed, or may not trace here';
}

/**
 * Does `work` while every `fsync` and `fdatasync` of the process fails as on a disk that cannot write (EIO). What was to
 * be forced to the disk was written to the cache, as it would be there.
 */
export async function whileSyncsFail(pid: number, work: () => Promise<void>): Promise<void> {
  const calls = 'fsync,fdatasync';
  const tracer = spawn(
    'strace',
    ['-f', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO`, '-p', String(pid)],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(tracer, 'exit');
  await Promise.race([
    once(tracer.stderr, 'data'),
    exited.then(() => Promise.reject(new Error('The process cannot be traced.'))),
  ]);
  try {
    await work();
  } finally {
    tracer.kill('SIGINT');
    await exited;
  }
}
