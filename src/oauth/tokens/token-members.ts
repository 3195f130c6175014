import { bodyText, jsonOf } from '../answer/answer-body.ts';
import type { UpstreamAnswer } from '../transport.ts';

/** Longer names belong to nobody that is looked for. */
const LONGEST_NAME = 64;
const FORM = /^[\w.%+~-]{1,64}=/;
const FORM_WITH_TOKEN = /(?:^|&)access_?token=/i;
/** The spelling of the standard, which wins over another one of the same name. */
const STANDARD_NAME = /^[a-z_]+$/;

/**
 * The document of a token response: its JSON, JSON within a JSON text, or a form (`application/x-www-form-urlencoded`)
 * with an access token, whatever the content type. Undefined if it is none of these.
 */
export function tokenDocument({ json, body }: Pick<UpstreamAnswer, 'json' | 'body'>): unknown {
  if (json !== undefined && typeof json !== 'string') return json;
  const text = json === undefined ? bodyText(body) : json.trim();
  return (json === undefined ? undefined : jsonOf(text)) ?? formOf(text);
}

function formOf(text: string): unknown {
  if (!FORM.test(text) || !FORM_WITH_TOKEN.test(text)) return undefined;
  const members: Record<string, string> = Object.create(null) as Record<string, string>;
  const verbatim = new URLSearchParams(text.replaceAll('+', '%2B'));
  for (const [name, value] of new URLSearchParams(text)) {
    // No bearer token has a space (RFC 6750 section 2.1): a plus in it is one that the server did not encode.
    const isToken = name.endsWith('token') && value.trim() !== '';
    members[name] ??= (isToken ? verbatim.get(name) : value) ?? value;
  }
  return members;
}

/** The members of a JSON object by name, without regard to case, underscores, hyphens and dots in their names. */
export class Members {
  readonly #byName = new Map<string, unknown>();

  /** `null` and empty texts count as missing; what is not an object has no members. */
  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    for (const [spelling, member] of Object.entries(value)) {
      if (member === null || member === '' || spelling.length > LONGEST_NAME) continue;
      const name = nameOf(spelling);
      if (!this.#byName.has(name) || STANDARD_NAME.test(spelling)) this.#byName.set(name, member);
    }
  }

  /** All of them, by {@link nameOf}. */
  all(): Iterable<[name: string, value: unknown]> {
    return this.#byName;
  }

  /** @param name as the standard spells it */
  get(name: string): unknown {
    return this.#byName.get(nameOf(name));
  }
}

/** What all spellings of a name have in common. */
export function nameOf(spelling: string): string {
  return spelling.toLowerCase().replace(/[_.-]/g, '');
}
