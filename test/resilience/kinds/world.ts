import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { evergrant, inTime, startEvergrant, type RunningCommand } from '../../support/start-command.ts';
import {
  startServiceProcess,
  startServiceProcesses,
  type ServiceProcess,
} from '../../support/service/start-service-process.ts';
import { newFolder, type Environment } from '../../support/service/start-service.ts';
import type { DatabaseKind, SharedDatabase } from '../../support/races/databases.ts';
import { Grant, type Rows } from './grant.ts';
import { MANAGED, type Kind } from './kinds.ts';
import type { Account, Player } from './player.ts';
import { refusableDatabase, type RefusableDatabase } from './refusable-database.ts';
import { startPlayers } from './start-players.ts';

/** A subject who has a grant at every kind of provider. */
export interface Subject {
  readonly name: string;
  /** How long the imported access token lives, in seconds; default: not at all any more. */
  readonly lifeSeconds?: number;
  /** True where the next refresh is to spend the refresh token, at kinds that don't spend it every time. */
  readonly isDueToRotate?: boolean;
}

/** Two services on one database, in front of every kind of provider. Their subjects' tokens were imported. */
export interface World extends AsyncDisposable {
  readonly players: readonly Player[];
  readonly services: readonly [ServiceProcess, ServiceProcess];
  readonly database: SharedDatabase;
  /** Another way to it, or to a copy of it as it was before the services started. */
  readonly refusable: RefusableDatabase;
  readonly grant: (player: Player, subject: string, rows?: Rows) => Grant;
  /** One service more, which renews nothing ahead of need. It ends with the world at the latest. */
  readonly startService: (more?: Environment) => Promise<ServiceProcess>;
  /** The same, as `evergrant serve` runs it. */
  readonly serve: () => Promise<RunningCommand & { readonly url: string }>;
  /** The same, whose clients the providers refuse. */
  readonly startRefused: () => Promise<ServiceProcess>;
}

const EXPIRED_SECONDS = -60;

/** Starts it. */
export async function startWorld(
  databaseKind: DatabaseKind,
  kinds: readonly Kind[],
  subjects: readonly Subject[],
): Promise<World> {
  await using started = new AsyncDisposableStack();
  const folder = dirname(started.use(newFolder()).databasePath);
  const database = started.use(await databaseKind.create());
  const players = started.use(await startPlayers(kinds, subjects.length));
  const accounts = await openAccounts(players.all, subjects);
  await players.forgetCalls();
  const env = { ...database.environment('http://127.0.0.1:9'), ...players.env };
  await importAll(env, folder, subjects, accounts);
  const refusable = started.use(await refusableDatabase(database, folder));
  const { all } = started.use(await startServiceProcesses(2, { ...env, EVERGRANT_UPKEEP_SHARE: '0.9' }));
  const [one, other] = all;
  assert.ok(one !== undefined && other !== undefined);
  const parts = started.move();
  const still = { ...env, EVERGRANT_UPKEEP_SHARE: '0' };
  const startService = async (more: Environment = {}) => parts.use(await startServiceProcess({ ...still, ...more }));
  return {
    players: players.all,
    services: [one, other],
    database,
    refusable,
    grant: (player, subject, rows = database.rows) => {
      const account = accounts.get(player)?.get(subject);
      assert.ok(account !== undefined, `${subject} has no account`);
      return new Grant(player, subject, account, rows);
    },
    startService,
    startRefused: () => startService(players.wrongSecrets),
    serve: async () => {
      const command = parts.use(startEvergrant(['serve'], { cwd: folder, env: still }));
      await command.printed(/listens on \S+/);
      return { ...command, url: /listens on (\S+)/.exec(command.stdout())?.[1] ?? '' };
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

type Accounts = ReadonlyMap<Player, ReadonlyMap<string, Account>>;

/** One for every subject at every kind. */
async function openAccounts(players: readonly Player[], subjects: readonly Subject[]): Promise<Accounts> {
  const all = players.map(async (player) => {
    const made = await player.newAccounts(subjects.length);
    const of = (index: number) => made[index] ?? assert.fail('an account is missing');
    await Promise.all(
      subjects.map(async ({ isDueToRotate }, index) => {
        if (isDueToRotate === true) await player.approachRotation(of(index));
      }),
    );
    return [player, new Map(subjects.map(({ name }, index) => [name, of(index)]))] as const;
  });
  return new Map(await Promise.all(all));
}

/** Has the command take their tokens over. */
async function importAll(
  env: Environment,
  folder: string,
  subjects: readonly Subject[],
  accounts: Accounts,
): Promise<void> {
  const now = Date.now();
  const lines = [...accounts].flatMap(([{ kind }, theirs]) =>
    subjects.map(({ name: subject, lifeSeconds = EXPIRED_SECONDS }) => {
      const { id, accessToken, refreshToken } = theirs.get(subject) ?? assert.fail();
      return JSON.stringify({
        subject,
        provider: kind.name,
        account_id: kind.name === MANAGED ? Number(id) : id,
        access_token: accessToken,
        refresh_token: refreshToken,
        expires_at: new Date(now + lifeSeconds * 1000).toISOString(),
      });
    }),
  );
  const path = join(folder, 'tokens.jsonl');
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  const ended = await inTime(evergrant(['import', path, '--json'], { cwd: folder, env }), () => 'it never ended');
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  assert.equal(JSON.parse(ended.stdout).imported, lines.length);
}
