import { statSync } from 'node:fs';
import { ConfigError, loadConfig, type Environment, type LoadedConfig, type Values } from './config/index.ts';
import { createEvergrant, type Evergrant } from './evergrant.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly check: string;
  readonly verdict: 'good' | 'odd' | 'bad';
  /** What was seen, and what to do where it isn't good. */
  readonly detail: string;
}

/**
 * Looks at everything a deployment needs and says what is wrong: configuration, database, key ring, file modes, and
 * whether the providers take our client. It opens the database as `serve` would, and sends providers nothing but reads.
 *
 * @param defaults used where the environment is silent
 */
export async function examine(environment: Environment, defaults?: Values): Promise<Finding[]> {
  let loaded: LoadedConfig;
  try {
    loaded = loadConfig(environment, defaults);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ variable, problem, accepted }) => bad(variable, `It ${problem}. ${accepted}`));
  }
  const warnings = loaded.warnings.map((warning): Finding => ({
    check: 'configuration',
    verdict: 'odd',
    detail: warning,
  }));
  return [good('configuration', 'Every variable makes sense.'), ...warnings, ...(await examineParts(loaded))];
}

async function examineParts(loaded: LoadedConfig): Promise<Finding[]> {
  const { database } = loaded.config;
  let evergrant: Evergrant;
  try {
    evergrant = await createEvergrant(loaded);
  } catch (error) {
    return [bad('database', error instanceof Error ? error.message : String(error))];
  }
  await using running = evergrant;
  const ready = await running.checkReadiness().then(
    () => good('readiness', 'The database answers, and the keys to check JWTs with are at hand.'),
    (error: unknown) => bad('readiness', error instanceof Error ? error.message : String(error)),
  );
  const place = database.kind === 'sqlite' ? database.path : database.place;
  const files = database.kind === 'sqlite' ? [fileMode(database.path)] : [];
  return [good('database', `${place} opens with this key ring.`), ...files, ready, ...(await clients(running))];
}

function fileMode(path: string): Finding {
  const open = (statSync(path).mode & 0o077) !== 0;
  return open
    ? { check: 'file mode', verdict: 'odd', detail: `Others on this machine can open ${path}. Run: chmod 600 ${path}` }
    : good('file mode', `Only its owner can open ${path}.`);
}

async function clients(evergrant: Evergrant): Promise<Finding[]> {
  if (evergrant.providers.length === 0) {
    return [bad('providers', 'None is configured. Set CAL_COM_CLIENT_ID and CAL_COM_CLIENT_SECRET.')];
  }
  const checks = evergrant.providers.map(async (provider): Promise<Finding[]> => {
    const result = await provider.checkClient?.();
    return result === undefined
      ? []
      : [{ check: provider.name, verdict: result.verdict === 'accepted' ? 'good' : 'bad', detail: result.detail }];
  });
  return (await Promise.all(checks)).flat();
}

function good(check: string, detail: string): Finding {
  return { check, verdict: 'good', detail };
}

function bad(check: string, detail: string): Finding {
  return { check, verdict: 'bad', detail };
}
