import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { call, type Answer } from './service/answer.ts';
import { TOKEN_PATH } from './service/start-service.ts';
import {
  freePorts,
  newWorkFolder,
  startCommand,
  startEvergrant,
  type RunningCommand,
  type WorkFolder,
} from './start-command.ts';

/** Where `evergrant dev` runs: a folder of its own and two ports that stay the same over restarts. */
export interface DevScene extends Disposable {
  readonly folder: WorkFolder;
  readonly url: string;
  readonly calComUrl: string;
  readonly ports: { readonly service: number; readonly calCom: number; readonly cronofy: number };
  readonly databasePath: string;
  /** The path of a file in the dev folder. */
  file(name: string): string;
}

export async function newDevScene(): Promise<DevScene> {
  const [service = 0, calCom = 0, cronofy = 0] = await freePorts(3);
  const folder = newWorkFolder();
  const file = (name: string) => join(folder.path, '.evergrant', name);
  return {
    folder,
    url: `http://127.0.0.1:${service}`,
    calComUrl: `http://127.0.0.1:${calCom}`,
    ports: { service, calCom, cronofy },
    databasePath: file('evergrant.db'),
    file,
    [Symbol.dispose]: () => {
      folder[Symbol.dispose]();
    },
  };
}

/** `evergrant dev` that has said what it has to say. */
export interface Dev extends AsyncDisposable {
  readonly command: RunningCommand;
  readonly demoKey: string;
  /** The lines that it asks to be pasted. */
  readonly lines: readonly string[];
  /** A token for the demo user. */
  token(body?: object): Promise<Answer>;
}

/** Starts `evergrant dev` and resolves once it serves. */
export async function startDev(scene: DevScene, env: Record<string, string> = {}): Promise<Dev> {
  return serving(scene, beginDev(scene, env));
}

/** Starts `evergrant dev` and waits for nothing. */
export function beginDev({ folder, ports }: DevScene, env: Record<string, string> = {}): RunningCommand {
  return startEvergrant(['dev', ...portOptions(ports)], {
    cwd: folder.path,
    env: { EVERGRANT_PORT: String(ports.service), ...env },
  });
}

/** Starts the package's own `npm start` in the scene's folder, which must look like the package. */
export function beginNpmStart({ folder, ports }: DevScene): RunningCommand {
  return startCommand('npm', ['start', '--', ...portOptions(ports)], {
    cwd: folder.path,
    env: { EVERGRANT_PORT: String(ports.service), npm_config_update_notifier: 'false' },
  });
}

function portOptions({ calCom, cronofy }: DevScene['ports']): string[] {
  return ['--cal-port', String(calCom), '--cronofy-port', String(cronofy)];
}

/** Resolves once it has said all that it says at its start; ends it where that fails. */
export async function serving({ url }: DevScene, command: RunningCommand): Promise<Dev> {
  try {
    await command.printed(/# where alice links[\s\S]*curl .*\n/);
  } catch (error) {
    await command.kill();
    throw error;
  }
  const demoKey = /^ *KEY=(evg_user_\S+)$/m.exec(command.stdout())?.[1] ?? '';
  return {
    command,
    demoKey,
    lines: command
      .stdout()
      .split('\n')
      .filter((line) => line.trimStart().startsWith('curl ')),
    token: (body = {}) => call(url + TOKEN_PATH, 'POST', { bearer: demoKey, body }),
    [Symbol.asyncDispose]: () => command.kill(),
  };
}

/** Why pasting can't be tested here; false where it can. */
export const NOTHING_TO_PASTE_INTO: string | false = ['bash', 'curl'].some(
  (program) => spawnSync(program, ['--version']).error !== undefined,
)
  ? 'there is no bash or no curl'
  : false;

/** What comes of a line that is pasted into a shell; parsed. */
export async function paste(line: string): Promise<any> {
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', line]);
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`${line}\ngave: ${stdout}\n${stderr}`);
  }
}
