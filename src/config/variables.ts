import { PROVIDER_VARIABLES, type ProviderVariable } from '../providers/families.ts';
import type { Variable } from '../providers/family.ts';

/** An environment variable as `--help` and the documentation describe it. */
export type ConfigVariable = Variable;

/** Variables of the service and its callers. */
const OF_THE_SERVICE = [
  { name: 'EVERGRANT_HOST', default: '127.0.0.1', meaning: 'Address to listen on; 0.0.0.0 for all of them.' },
  { name: 'EVERGRANT_PORT', default: '4000', meaning: 'Port to listen on; 0 takes a free one.' },
  {
    name: 'EVERGRANT_PUBLIC_URL',
    default: undefined,
    meaning:
      'Where browsers reach the service, for example https://tokens.example.com. Made from host and port if unset.',
  },
  {
    name: 'EVERGRANT_DATABASE_URL',
    default: 'sqlite:./evergrant.db',
    meaning:
      'The database: sqlite: and the path of a file, or postgres://user:password@host1:5432,host2:5432/database.',
  },
  {
    name: 'EVERGRANT_RESCUE_DIR',
    default: undefined,
    meaning: 'Folder for sealed answers that the database refused, until it takes them. Beside the database if unset.',
  },
  {
    name: 'EVERGRANT_ENCRYPTION_KEYS',
    default: undefined,
    meaning: 'Required. Keys that seal stored tokens, id:base64key,... of 32 bytes each. The first seals, all open.',
  },
  {
    name: 'EVERGRANT_JWT_SECRET',
    default: undefined,
    meaning: 'Trust JWTs signed by HS256 with this secret of 32 bytes or more.',
  },
  {
    name: 'EVERGRANT_JWT_PUBLIC_KEY',
    default: undefined,
    meaning: 'Trust JWTs of this public key (PEM or JWK): RSA of 2048 bits or more, P-256 or Ed25519.',
  },
  {
    name: 'EVERGRANT_JWKS_URL',
    default: undefined,
    meaning: 'Trust JWTs of the keys an issuer publishes at this URL.',
  },
  { name: 'EVERGRANT_JWT_ISSUER', default: undefined, meaning: 'What iss must be. Unset, iss is not looked at.' },
  {
    name: 'EVERGRANT_JWT_AUDIENCE',
    default: undefined,
    meaning: 'What aud must be or contain. Unset, aud is not looked at.',
  },
  {
    name: 'EVERGRANT_JWT_SUBJECT_CLAIM',
    default: 'sub',
    meaning: 'The claim that holds the user; user_id for Django SimpleJWT.',
  },
  { name: 'EVERGRANT_JWT_EMAIL_CLAIM', default: 'email', meaning: 'The claim that holds the e-mail address.' },
  { name: 'EVERGRANT_JWT_NAME_CLAIM', default: 'name', meaning: "The claim that holds the person's name." },
  {
    name: 'EVERGRANT_CORS_ORIGINS',
    default: undefined,
    meaning: 'Origins whose pages may call the service, comma separated, or * for all. Unset, none.',
  },
] as const satisfies readonly ConfigVariable[];

/** Variables of what the service does with providers. */
const OF_ITS_WORK = [
  {
    name: 'EVERGRANT_BOOKINGS',
    default: 'managed',
    meaning: 'Whose Cal.com accounts bookings use: managed for those made here, oauth for those that users link.',
  },
  {
    name: 'EVERGRANT_RETURN_URLS',
    default: undefined,
    meaning: 'Pages of the app to return to after linking an account, comma separated. Each must be met exactly.',
  },
  {
    name: 'EVERGRANT_RETURN_SCHEMES',
    default: undefined,
    meaning: "Apps' own schemes that EVERGRANT_RETURN_URLS may have, comma separated, such as com.example.app.",
  },
  {
    name: 'EVERGRANT_UPSTREAM_TIMEOUT',
    default: '120',
    meaning: 'Hard cap of one call to a provider, in seconds. Low values give up answers that hold new tokens.',
  },
  {
    name: 'EVERGRANT_CALLER_WAIT',
    default: '15',
    meaning: 'How long a caller is kept waiting for a new token, in seconds.',
  },
  {
    name: 'EVERGRANT_DRAIN',
    default: '5',
    meaning: 'How long a service still serves at SIGTERM, with /readyz at 503 and every connection ended, in seconds.',
  },
  {
    name: 'EVERGRANT_ATOMS_GRACE',
    default: '86400',
    meaning: 'For how long an expired Cal.com token still lets Atoms fetch its successor, in seconds.',
  },
  {
    name: 'EVERGRANT_ATOMS_CHAIN',
    default: '604800',
    meaning: 'For how long Atoms find successors after a user’s last call by JWT or API key, in seconds; 0 for never.',
  },
  {
    name: 'EVERGRANT_UPKEEP_SHARE',
    default: '0.5',
    meaning: "Share of a provider's rate limit to spend on renewing tokens before they lapse or expire; 0 for none.",
  },
  {
    name: 'EVERGRANT_RETENTION',
    default: '2592000',
    meaning: 'How long events, and what calls became of, are kept, in seconds; ended tokens go after a day.',
  },
  {
    name: 'EVERGRANT_LOST_RETENTION',
    default: '15552000',
    meaning:
      'How long a grant is kept whose user has to reconnect, in seconds; then its user is one that never connected.',
  },
  {
    name: 'EVERGRANT_USER_AGENT',
    default: undefined,
    meaning: 'What calls to providers say in User-Agent; evergrant/ and the version if unset.',
  },
  {
    name: 'HTTPS_PROXY',
    default: undefined,
    meaning: 'The proxy for calls to https URLs, http://user:password@host:port. HTTP_PROXY if unset, else none.',
  },
  {
    name: 'HTTP_PROXY',
    default: undefined,
    meaning: 'The proxy for calls to http URLs. This machine is called straight, whatever is set.',
  },
  {
    name: 'NO_PROXY',
    default: undefined,
    meaning: 'Hosts to call without a proxy, comma separated: example.com with all below it, host:port, or *.',
  },
  {
    name: 'EVERGRANT_LOG_LEVEL',
    default: 'info',
    meaning: 'The least to log: trace, debug, info, warn, error, fatal or silent.',
  },
] as const satisfies readonly ConfigVariable[];

type Known = (typeof OF_THE_SERVICE)[number] | ProviderVariable | (typeof OF_ITS_WORK)[number];

/** All environment variables that are read, in the order in which to show them. */
export const CONFIG_VARIABLES: readonly Known[] = [...OF_THE_SERVICE, ...PROVIDER_VARIABLES, ...OF_ITS_WORK];

/** The name of a known variable. */
export type VariableName = Known['name'];

/** The name of a variable that has a default. */
export type VariableWithDefault = Extract<Known, { default: string }>['name'];

/** A variable's default, as written in the environment. */
export function defaultOf(name: VariableWithDefault): string {
  const text = CONFIG_VARIABLES.find((variable) => variable.name === name)?.default;
  if (text === undefined) throw new TypeError(`${name} has no default.`);
  return text;
}
