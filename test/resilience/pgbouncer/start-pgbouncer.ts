import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../support/free-port.ts';

/** How PgBouncer shares server connections. */
export type PoolMode = 'session' | 'transaction' | 'statement';

/** A real PgBouncer before a Postgres server of this machine. */
export interface PgBouncer extends AsyncDisposable {
  /** The URL of the same database through it. */
  through(databaseUrl: string): string;
}

const FOUND = ['pgbouncer', '/usr/sbin/pgbouncer'].find((path) => spawnSync(path, ['--version']).status === 0);

/** Why these tests are skipped, or false where Debian's `pgbouncer` is installed. */
export const skip = FOUND === undefined && 'pgbouncer is not installed (apt-get install pgbouncer)';

/**
 * Starts it as packaged but for its address: no startup parameter is ignored, and prepared statements are not followed.
 *
 * @param serverUrl of any database of the server
 * @param more lines of its configuration
 */
export async function startPgBouncer(
  serverUrl: string,
  mode: PoolMode,
  more: readonly string[] = [],
): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-pgbouncer-'));
  const { hostname, port: serverPort, username, password } = new URL(serverUrl);
  const port = await freePort();
  const configuration = join(folder, 'pgbouncer.ini');
  await writeFile(join(folder, 'users.txt'), `"${username}" "${password}"\n`);
  await writeFile(
    configuration,
    [
      '[databases]',
      `* = host=${hostname} port=${serverPort}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${join(folder, 'users.txt')}`,
      `pool_mode = ${mode}`,
      'max_client_conn = 500',
      'default_pool_size = 50',
      ...more,
    ].join('\n'),
  );
  // It refuses to run as root, and so does the server: they share a user.
  const account = process.getuid?.() === 0 ? userNamed('postgres') : undefined;
  if (account !== undefined) {
    for (const path of [folder, configuration, join(folder, 'users.txt')]) await chown(path, account.uid, account.gid);
  }
  await chmod(folder, 0o700);
  const child = spawn(FOUND ?? '', ['-q', configuration], { stdio: ['ignore', 'ignore', 'pipe'], ...account });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-4_000);
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilListening(port, () => child.exitCode === null);
  } catch (cause) {
    await stop();
    throw new Error(`PgBouncer doesn't start.\n${output}`, { cause });
  }
  return {
    through: (databaseUrl) => {
      const url = new URL(databaseUrl);
      url.port = String(port);
      return url.href;
    },
    [Symbol.asyncDispose]: stop,
  };
}

function userNamed(name: string): { uid: number; gid: number } {
  const [uid, gid] = ['-u', '-g'].map((what) => Number(spawnSync('id', [what, name], { encoding: 'utf8' }).stdout));
  return { uid: uid ?? 0, gid: gid ?? 0 };
}

async function untilListening(port: number, isRunning: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    if (!isRunning() || Date.now() > giveUpAt) throw new Error('Nothing listens there.');
    await sleep(50);
  }
}
