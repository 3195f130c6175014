import type { DefinedProvider } from '../../providers/family.ts';
import type { Environment } from '../env.ts';
import { certificateIn, keyIn, secretIn } from './client-credentials.ts';
import { readJsonFile } from './json-file.ts';
import type { Fault } from './fault.ts';
import { kindOf, placeOf, readProvider } from './problems.ts';
import { given, toDefinition } from './to-definition.ts';
import { insecureUrls } from './url-faults.ts';
import { Refusal } from '../refusal.ts';
import type { Settings } from '../settings.ts';
import type { VariableName } from '../variables.ts';

/**
 * Reads the providers file that `variable` names. Problems are recorded in `settings`.
 *
 * @param environment holds the secrets that the file refers to
 */
export function readDefinitions(
  settings: Settings,
  variable: VariableName,
  environment: Environment,
): readonly DefinedProvider[] {
  const content = settings.read(variable, (path) => providersIn(readJsonFile(path))) ?? [];
  const refuse = ({ where, problem, accepted }: Fault) => {
    settings.refuse(variable, `names a file in which ${where} ${problem}`, accepted);
  };
  return content.flatMap(([name, entry]) => {
    const { written, secretVariable, faults } = readProvider(name, entry);
    faults.forEach(refuse);
    const attempt = <T>(member: string, read: () => T): T | undefined => {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refuse({ where: placeOf(name, [member]), problem: error.problem, accepted: error.accepted });
        return undefined;
      }
    };
    const clientSecret =
      secretVariable === undefined
        ? undefined
        : attempt('client_secret_env', () => secretIn(environment, secretVariable));
    if (written === undefined) return [];
    const unencrypted = insecureUrls(written);
    if (unencrypted.length > 0) settings.warnings.push(overPlainHttp(name, unencrypted));
    const { client_key: key, client_certificate: certificate } = written;
    const clientKey = key && attempt('client_key', () => keyIn(environment, key));
    const clientCertificate = certificate && attempt('client_certificate', () => certificateIn(certificate));
    // Whatever could not be read stops the start, so nobody uses an incomplete client.
    return [{ definition: toDefinition(name, written), clientSecret, ...given({ clientKey, clientCertificate }) }];
  });
}

function overPlainHttp(name: string, members: readonly string[]): string {
  const risk = 'anybody on the way can read tokens and secrets. Allow that only inside your own network.';
  return `${name} is called over plain http (${members.join(', ')}): ${risk}`;
}

function providersIn(content: unknown): [name: string, entry: unknown][] {
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return Object.entries(content);
  throw new Refusal(
    `names a file that holds ${kindOf(content)}, and must be an object of providers by name`,
    'Accepted: providers by name, as docs/providers/adding.md describes them.',
  );
}
