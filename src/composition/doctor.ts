import { statSync } from 'node:fs';
import {
  ConfigError,
  loadConfig,
  localUrl,
  type Config,
  type Environment,
  type LoadedConfig,
  type Values,
} from '../config/index.ts';
import { providerNameOf, type Providers } from '../grants/providers.ts';
import type { Secret } from '../secret.ts';
import { openOperator, type Operator } from './operator.ts';
import { HOW_TO_CONFIGURE } from '../providers/families.ts';

const READY_TIMEOUT_MS = 3_000;

/** The result of one check. */
export interface Finding {
  readonly check: string;
  readonly verdict: 'good' | 'odd' | 'bad';
  /** What was found, and what to do if it is not good. */
  readonly detail: string;
}

/**
 * Checks everything that a deployment needs: configuration, database, key ring, file modes, rescue folder, a service
 * that is already running, and whether the providers accept our client. It starts no service, and asks providers only
 * whether they know us.
 *
 * @param defaults used for variables that the environment does not set
 */
export async function examine(environment: Environment, defaults?: Values): Promise<Finding[]> {
  let loaded: LoadedConfig;
  try {
    loaded = loadConfig(environment, defaults);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ variable, problem, accepted }) => bad(variable, `It ${problem}. ${accepted}`));
  }
  const warnings = loaded.warnings.map((warning) => odd('configuration', warning));
  return [good('configuration', 'Every variable makes sense.'), ...warnings, ...(await examineParts(loaded))];
}

async function examineParts(loaded: LoadedConfig): Promise<Finding[]> {
  const { config } = loaded;
  const { database } = config;
  const permissions = database.kind === 'sqlite' ? permissionsOf(database.path) : undefined;
  let opened: Operator;
  try {
    opened = await openOperator(loaded);
  } catch (error) {
    return [bad('database', saying(error))];
  }
  await using operator = opened;
  const providers = await operator.providers();
  const place = database.kind === 'sqlite' ? database.path : database.place;
  return [
    good('database', `${place} opens with this key ring.`),
    ...operator.remarks().map((remark) => odd('database', remark)),
    ...(database.kind === 'sqlite' ? [fileMode(database.path, permissions)] : []),
    await rescued(operator, config.rescueFolder),
    ...proxies(config),
    ...(await unread(operator)),
    await readiness(operator, config),
    ...(await runningService(config)),
    ...(await clients(providers)),
    ...(await lapses(operator)),
    ...linking(providers, config),
  ];
}

/** The permissions of a file; undefined if it does not exist yet. */
function permissionsOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && found.mode & 0o777;
}

/** @param before the permissions that the file had before it was opened, which closes it to others */
function fileMode(path: string, before = 0): Finding {
  const now = permissionsOf(path) ?? 0;
  if ((now & 0o077) !== 0) return odd('file mode', `Others on this machine can open ${path}. Run: chmod 600 ${path}`);
  return (before & 0o077) === 0
    ? good('file mode', `Only its owner can open ${path}.`)
    : odd('file mode', `Others on this machine could open ${path} (mode ${before.toString(8)}) until now.`);
}

/** Answers that were obtained and could not be stored. */
async function rescued(operator: Operator, folder: string): Promise<Finding> {
  const check = 'rescue folder';
  try {
    const { waiting, setAside } = await operator.countRescued();
    if (setAside > 0) {
      return bad(
        check,
        `${answers(setAside)} set aside in ${folder}: the database does not take them, or the keys do not open them. ` +
          'The log of the service says why. Put that right and restart it; delete those whose users have linked again.',
      );
    }
    return waiting > 0
      ? odd(check, `${answers(waiting)} kept in ${folder} until the database takes them.`)
      : good(check, `No answer waits in ${folder}.`);
  } catch (error) {
    return bad(check, error instanceof Error ? error.message : String(error));
  }
}

/** Answers that came and that nobody can read; skips providers without any. */
async function unread(operator: Operator): Promise<Finding[]> {
  const counts = await operator.countUnread();
  return [...counts].map(([realm, count]) =>
    bad(
      `${providerNameOf(realm)} answers`,
      `${answers(count)} kept that this version could not read, and as many grants wait for that. evergrant grants ` +
        'reread says why. Read them with a newer version, or with a definition that says where the tokens are.',
    ),
  );
}

function answers(count: number): string {
  return count === 1 ? '1 answer is' : `${count} answers are`;
}

/** The proxies that calls go through, without what identifies us there. */
function proxies({ outgoing }: Config): Finding[] {
  if (outgoing.proxies === undefined) return [];
  const { http, https = http, except } = outgoing.proxies;
  const through = (proxy: Secret | undefined) => {
    if (proxy === undefined) return 'go straight to their servers';
    const { protocol, host } = new URL(proxy.reveal());
    return `go through ${protocol}//${host}`;
  };
  const others = except === '' ? '' : `, and except for ${except}`;
  const detail = `Calls to https URLs ${through(https)}, those to http URLs ${through(http)}; except for this machine${others}.`;
  return [good('proxy', detail)];
}

function readiness(operator: Operator, { jwt }: Config): Promise<Finding> {
  const callers =
    jwt === undefined
      ? 'No JWTs are trusted, so only API keys let callers in.'
      : 'The keys to check JWTs with are at hand.';
  return operator.checkReadiness().then(
    () => good('readiness', `The database answers. ${callers}`),
    (error: unknown) => bad('readiness', saying(error)),
  );
}

/** The error's message, and that of its cause, which operators may see and callers may not. */
function saying(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'store_unavailable' && error.cause instanceof Error) {
    return `${error.message} (${error.cause.message})`;
  }
  return error.message;
}

/**
 * The readiness of a service that is already running here. Only that service knows whether its open files are still
 * these.
 */
async function runningService({ host, port }: Config): Promise<Finding[]> {
  const check = 'running service';
  const url = localUrl(host, port);
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(READY_TIMEOUT_MS) });
    const { code, detail } = (await answer.json()) as { code?: unknown; detail?: unknown };
    if (answer.ok) return [good(check, `The one at ${url} is ready.`)];
    return code === 'not_ready' ? [bad(check, `The one at ${url} is not ready: ${String(detail)}`)] : [];
  } catch {
    // Nothing listens there, or it is not Evergrant.
    return [];
  }
}

async function clients({ all }: Providers): Promise<Finding[]> {
  if (all.length === 0) return [bad('providers', `None is configured. ${HOW_TO_CONFIGURE}`)];
  const checks = all.map(async (provider): Promise<Finding> => {
    const { name } = provider;
    const result = await provider.checkClient?.();
    if (result === undefined) return odd(name, 'Nothing tells whether it accepts our client.');
    if (result.verdict === 'unclear') return odd(name, result.detail);
    return result.verdict === 'accepted' ? good(name, result.detail) : bad(name, result.detail);
  });
  return Promise.all(checks);
}

/** Skips providers with no refresh token that is about to lapse or has lapsed. */
async function lapses(operator: Operator): Promise<Finding[]> {
  const outlooks = await operator.lapseOutlooks();
  return outlooks
    .filter(({ ending, missed }) => ending + missed > 0)
    .map(({ provider, ending, unsaved, missed, perMinute }) => {
      const check = `${provider} refresh tokens`;
      const budget = `${String(Number(perMinute.toFixed(2)))} a minute`;
      const lapsed =
        missed === 0
          ? ''
          : ` ${missed} lapsed within the last week: see evergrant events list --type grant.lapsed. ` +
            'Upkeep did not run, or had too small a budget.';
      if (unsaved > 0) {
        const advice = 'Raise EVERGRANT_UPKEEP_SHARE, or requests_per_minute where the provider allows more.';
        return bad(
          check,
          `${ending} end within a day, ${unsaved} of them before upkeep renews them at ${budget}. ${advice}${lapsed}`,
        );
      }
      const kept = `${ending} end within a day; upkeep renews them before, at ${budget}.`;
      return missed > 0 ? odd(check, kept + lapsed) : good(check, kept);
    });
}

/** What users need to link accounts: pages to return to, here and at the provider. */
function linking(providers: Providers, { publicUrl, returnUrls }: Config): Finding[] {
  const linkable = providers.linkable();
  const names = linkable.map(({ name }) => name);
  const pages =
    names.length > 0 && returnUrls.length === 0
      ? [
          bad(
            'EVERGRANT_RETURN_URLS',
            `It is not set, so nobody can link an account of ${names.join(', ')}. ` +
              'Set EVERGRANT_RETURN_URLS to the page of the app to come back to.',
          ),
        ]
      : [];
  return [
    ...pages,
    ...linkable.map(({ name, authorization }) => redirectUri(name, publicUrl, authorization.redirectUri)),
  ];
}

function redirectUri(provider: string, publicUrl: string, own: string | undefined): Finding {
  const check = `${provider} redirect URI`;
  if (own !== undefined) {
    const detail = `${own} must send browsers on to ${publicUrl}/connect/${provider}/callback, with all that they bring.`;
    return good(check, detail);
  }
  return new URL(publicUrl).port === '0'
    ? odd(check, 'It changes with the port at each start. Set EVERGRANT_PUBLIC_URL or EVERGRANT_PORT.')
    : good(check, `Register ${publicUrl}/connect/${provider}/callback with the client at the provider.`);
}

function good(check: string, detail: string): Finding {
  return { check, verdict: 'good', detail };
}

function odd(check: string, detail: string): Finding {
  return { check, verdict: 'odd', detail };
}

function bad(check: string, detail: string): Finding {
  return { check, verdict: 'bad', detail };
}
