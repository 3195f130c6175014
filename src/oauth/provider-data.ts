import { Secret } from '../secret.ts';
import { jsonMemberAt } from './json-member.ts';

/** What a provider says beside its tokens: members by name. Sealed wherever it is kept, since it may hold more tokens. */
export type ProviderData = Readonly<Record<string, unknown>>;

/** The longest member that is kept, and all of them together, in characters of JSON. */
const LONGEST_MEMBER = 100_000;
const LONGEST = 200_000;

/**
 * Picks the members of a token answer that a definition hands on. One that is missing, null or too long is left out.
 *
 * @param names paths in the answer; each is the name of its value in the result
 */
export function providerDataIn(json: unknown, names: readonly string[]): ProviderData {
  const kept: [string, unknown][] = [];
  let length = 0;
  for (const name of names) {
    const value = jsonMemberAt(json, name);
    if (value === undefined || value === null) continue;
    const size = JSON.stringify(value).length;
    if (size > LONGEST_MEMBER || length + size > LONGEST) continue;
    length += size;
    kept.push([name, value]);
  }
  return Object.fromEntries(kept);
}

/** Writes data as one secret text. */
export function writeProviderData(data: ProviderData): Secret {
  return new Secret(JSON.stringify(data));
}

/** Reads what {@link writeProviderData} has written. */
export function readProviderData(text: Secret): ProviderData {
  return JSON.parse(text.reveal()) as ProviderData;
}

/** The data in force after an answer: it keeps what the answer does not say again. Undefined if there is none. */
export function mergedProviderData(before: Secret | undefined, now: Secret): Secret | undefined {
  const merged = { ...(before && readProviderData(before)), ...readProviderData(now) };
  return Object.keys(merged).length === 0 ? undefined : writeProviderData(merged);
}
