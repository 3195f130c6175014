import type { z } from 'zod';
import { TAKEN_NAMES } from '../../providers/families.ts';
import { hasSecret, type ClientAuthMethod } from '../../providers/oauth-2/definition.ts';
import { READY_DEFINITIONS } from '../../providers/oauth-2/ready/index.ts';
import { nearestOf } from '../../nearest.ts';
import type { Fault } from './fault.ts';
import { memberAt } from './member-at.ts';
import { membersAt, PRESETS, writtenProvider, type WrittenProvider } from './schema.ts';
import { urlFaults } from './url-faults.ts';

const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const LONGEST_SHOWN = 40;
/** Members that only apply where users consent on a page. */
const OF_CONSENT = ['scopes', 'scope_separator', 'authorize_parameters', 'pkce', 'issuer', 'redirect_uri', 'account'];

/** A provider as read from the file, with its problems. */
export interface ReadProvider {
  /** Undefined if there are any problems. */
  readonly written: WrittenProvider | undefined;
  /** The variable that holds the secret, if one is named; undefined for a client that has none. */
  readonly secretVariable: string | undefined;
  readonly faults: readonly Fault[];
}

/** Reads one provider and collects all its problems. */
export function readProvider(name: string, content: unknown): ReadProvider {
  const parsed = writtenProvider.safeParse(content);
  const variable = memberAt(content, ['client_secret_env']);
  const faults = [
    ...ofName(name),
    ...(parsed.error?.issues ?? []).flatMap((issue) => ofIssue(name, content, issue)),
    ...ofWhatIsMissing(name, content),
    ...urlFaults(content, (path, problem, accepted) => ({ where: placeOf(name, path), problem, accepted })),
  ];
  return {
    written: faults.length === 0 ? parsed.data : undefined,
    secretVariable: typeof variable === 'string' && hasSecret(authOf(content)) ? variable : undefined,
    faults,
  };
}

/** Describes the kind of a value without repeating the value. */
export function kindOf(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'number' ? 'a number' : 'an object';
}

/** The path of a member, as shown to the operator. */
export function placeOf(name: string, path: readonly PropertyKey[] = []): string {
  return path.reduce<string>(
    (place, key) => (typeof key === 'number' ? `${place}[${key}]` : `${place}.${shown(String(key))}`),
    shown(name),
  );
}

function ofName(name: string): Fault[] {
  const where = placeOf(name);
  if (TAKEN_NAMES.includes(name)) {
    return [{ where, problem: 'is a provider with variables of its own', accepted: 'Accepted: another name.' }];
  }
  if (NAME.test(name)) return [];
  const accepted = 'Accepted: up to 32 lower case letters, digits and hyphens, a letter first.';
  return [{ where, problem: 'is not a name for a provider', accepted }];
}

function ofIssue(name: string, content: unknown, issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ofUnknown(name, issue.path, key));
  const where = placeOf(name, issue.path);
  const accepted = `Accepted: ${issue.message}.`;
  return [{ where, problem: whatIsThere(content, issue), accepted }];
}

function ofUnknown(name: string, path: readonly PropertyKey[], key: string): Fault {
  const known = membersAt(path.find((part) => typeof part === 'string'));
  const nearest = nearestOf(key, known);
  const accepted = nearest === undefined ? `Accepted: ${known.join(', ')}.` : `Did you mean ${nearest}?`;
  return { where: placeOf(name, [...path, key]), problem: 'is not a member', accepted };
}

/** Describes the problem without repeating the value, since any value may be a misplaced secret. */
function whatIsThere(content: unknown, issue: z.core.$ZodIssue): string {
  const { path, code } = issue;
  const told: unknown = code === 'custom' ? issue.params?.['problem'] : undefined;
  if (typeof told === 'string') return told;
  const value = memberAt(content, path);
  if (value === undefined) return 'is missing';
  return code === 'invalid_type' ? `is ${kindOf(value)}` : `is ${kindOf(value)} that does not fit`;
}

/** Problems with members that only other members make necessary. */
function ofWhatIsMissing(name: string, content: unknown): Fault[] {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return [];
  const has = (member: string) => memberAt(content, [member]) !== undefined;
  const missing = (member: string, accepted: string): Fault => ({
    where: placeOf(name, [member]),
    problem: 'is missing',
    accepted: `Accepted: ${accepted}.`,
  });
  const auth = authOf(content);
  const url = 'an https URL (http only for localhost)';
  const key = 'an object that names a variable (env) or a file that holds the private key';
  const certificate = 'an object that names the file of the certificate (file) and the one of its key (key_file)';
  const secret =
    'the name of the environment variable that holds the secret; or client_auth "none" for a public client';
  const account = 'an object with the url that describes the account and its id there, as authorize_url is given';
  return [
    ...(has('token_url') || has('preset') ? [] : [missing('token_url', `${url}, or a preset: ${PRESETS}`)]),
    ...(has('client_secret_env') || !hasSecret(auth) ? [] : [missing('client_secret_env', secret)]),
    ...(has('client_key') || auth !== 'private_key_jwt' ? [] : [missing('client_key', key)]),
    ...(has('client_certificate') || auth !== 'tls_client_auth' ? [] : [missing('client_certificate', certificate)]),
    ...(has('authorize_url') || has('preset') || !OF_CONSENT.some(has) ? [] : [missing('authorize_url', url)]),
    ...(!has('authorize_url') || has('account') || has('preset') ? [] : [missing('account', account)]),
  ];
}

function authOf(content: unknown): ClientAuthMethod {
  const preset = memberAt(content, ['preset']);
  const ready = typeof preset === 'string' ? READY_DEFINITIONS[preset] : undefined;
  // A method that is not known is reported on its own.
  return (memberAt(content, ['client_auth']) ?? ready?.clientAuth ?? 'body') as ClientAuthMethod;
}

function shown(name: string): string {
  const short = name.length > LONGEST_SHOWN ? `${name.slice(0, LONGEST_SHOWN)}…` : name;
  return /^[\w-]+$/.test(short) ? short : JSON.stringify(short);
}
