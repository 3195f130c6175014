import { READY_DEFINITIONS } from '../../providers/oauth-2/ready/index.ts';
import type { ReadyDefinition } from '../../providers/oauth-2/definition.ts';
import { memberAt } from './member-at.ts';
import type { Fault } from './fault.ts';
import { HTTPS_URL, isInsecure, placeholdersIn } from './url-schema.ts';

/** Makes a fault at a member of the provider. */
type ToFault = (path: readonly string[], problem: string, accepted: string) => Fault;

interface WrittenUrl {
  readonly path: readonly string[];
  readonly text: string;
}

const URLS = [
  ['token_url'],
  ['refresh_url'],
  ['revoke_url'],
  ['authorize_url'],
  ['redirect_uri'],
  ['account', 'url'],
  ['issuer'],
];

/** Problems of a provider's URLs that show only beside its other members. */
export function urlFaults(content: unknown, toFault: ToFault): Fault[] {
  const preset = memberAt(content, ['preset']);
  const ready = typeof preset === 'string' ? READY_DEFINITIONS[preset] : undefined;
  const written = writtenUrls(content);
  const overwritten = new Set(written.map(({ path }) => path.join('.')));
  const ofPreset = urlsOf(ready).filter(({ place }) => !overwritten.has(place));
  return [
    ...ofInsecure(content, written, toFault),
    ...ofPlaceholders(content, { written, ofPreset: ofPreset.map(({ text }) => text), ready }, toFault),
  ];
}

/** The members whose URLs send secrets unencrypted to other machines. */
export function insecureUrls(content: unknown): readonly string[] {
  return insecureOf(writtenUrls(content)).map((path) => path.join('.'));
}

function insecureOf(written: readonly WrittenUrl[]): readonly (readonly string[])[] {
  // An issuer is a name and is not called.
  return written.filter(({ path, text }) => path[0] !== 'issuer' && isInsecure(text)).map(({ path }) => path);
}

function writtenUrls(content: unknown): readonly WrittenUrl[] {
  return URLS.flatMap((path) => {
    const text = memberAt(content, path);
    return typeof text === 'string' ? [{ path, text }] : [];
  });
}

function ofInsecure(content: unknown, written: readonly WrittenUrl[], toFault: ToFault): Fault[] {
  if (memberAt(content, ['allow_http']) === true) return [];
  const accepted = `Accepted: ${HTTPS_URL}; inside your own network, http with allow_http.`;
  return insecureOf(written).map((path) => toFault(path, 'is a text that does not fit', accepted));
}

interface Urls {
  readonly written: readonly WrittenUrl[];
  readonly ofPreset: readonly string[];
  readonly ready: ReadyDefinition | undefined;
}

/** Every name in curly braces needs a value, and every value a name: a half-filled URL leads nowhere. */
function ofPlaceholders(content: unknown, { written, ofPreset, ready }: Urls, toFault: ToFault): Fault[] {
  const given = memberAt(content, ['parameters']);
  const values = { ...ready?.parameters, ...(typeof given === 'object' ? given : {}) };
  const unfilled = written.flatMap(({ path, text }) =>
    placeholdersIn(text)
      .filter((name) => !Object.hasOwn(values, name))
      .map((name) => toFault(path, `has {${name}}, which nothing fills in`, `Accepted: a value for it in parameters.`)),
  );
  const expected = new Set(ofPreset.flatMap(placeholdersIn));
  const missing = [...expected]
    .filter((name) => !Object.hasOwn(values, name))
    .map((name) => toFault(['parameters', name], 'is missing', 'Accepted: what the URLs of the preset need there.'));
  const known = new Set([...expected, ...written.flatMap(({ text }) => placeholdersIn(text))]);
  const unused = Object.keys(typeof given === 'object' && given !== null ? given : {})
    .filter((name) => !known.has(name))
    .map((name) => {
      const accepted = known.size === 0 ? 'none, as no URL has any' : [...known].join(', ');
      return toFault(['parameters', name], 'is in none of the URLs', `Accepted: ${accepted}.`);
    });
  return [...unfilled, ...missing, ...unused];
}

function urlsOf(ready: ReadyDefinition | undefined): { readonly place: string; readonly text: string }[] {
  const page = ready?.authorization;
  const all = {
    token_url: ready?.tokenUrl,
    refresh_url: ready?.refreshUrl,
    revoke_url: ready?.revokeUrl,
    authorize_url: page?.url,
    'account.url': page?.account.url,
    issuer: page?.issuer,
  };
  return Object.entries(all).flatMap(([place, text]) => (text === undefined ? [] : [{ place, text }]));
}
