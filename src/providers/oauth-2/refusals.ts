import { jsonMember } from '../../oauth/json-member.ts';
import type { UpstreamAnswer } from '../../oauth/transport.ts';
import type { ErrorSignal, OAuth2Definition } from './definition.ts';
import { KNOWN_DEAD_GRANT, KNOWN_ENDED_TOKEN, KNOWN_WRONG_CLIENT, type KnownRefusal } from './known-refusals.ts';

/** Whether an answer gives this signal. */
type Match = (answer: Pick<UpstreamAnswer, 'status' | 'json'>) => string | undefined;

/** Where the code of an error is looked for if a definition does not say. */
export const ERROR_PLACES: readonly string[] = ['error', 'error.code', 'errorCode', 'error_code'];

/** Tells which refusals of a server mean something, by what all servers say and by its definition. */
export class Refusals {
  readonly #deadGrant: readonly Match[];
  readonly #wrongClient: readonly Match[];
  readonly #endedToken: readonly Match[];

  constructor({ deadGrant = [], wrongClient = [] }: Pick<OAuth2Definition, 'deadGrant' | 'wrongClient'>) {
    this.#deadGrant = [...KNOWN_DEAD_GRANT.map(known), ...deadGrant.map(defined)];
    this.#wrongClient = [...KNOWN_WRONG_CLIENT.map(known), ...wrongClient.map(defined)];
    this.#endedToken = KNOWN_ENDED_TOKEN.map(known);
  }

  /**
   * What the refusal is about, and the code that says so (empty if the status alone does); undefined if that is not
   * known. An error in both lists counts as the client's, because that ends nothing.
   */
  about(answer: Parameters<Match>[0]): { about: 'client' | 'grant'; code: string } | undefined {
    const client = firstOf(this.#wrongClient, answer);
    if (client !== undefined) return { about: 'client', code: client };
    const grant = firstOf(this.#deadGrant, answer);
    return grant === undefined ? undefined : { about: 'grant', code: grant };
  }

  /** Whether a revocation endpoint says that the token has ended already. */
  isEnded(answer: Parameters<Match>[0]): boolean {
    return firstOf([...this.#endedToken, ...this.#deadGrant], answer) !== undefined;
  }
}

function firstOf(matches: readonly Match[], answer: Parameters<Match>[0]): string | undefined {
  for (const match of matches) {
    const code = match(answer);
    if (code !== undefined) return code;
  }
  return undefined;
}

function known({ from, to, error, at, beside }: KnownRefusal): Match {
  return ({ status, json }) => {
    if (status < from || status > to) return undefined;
    if (beside !== undefined && !valuesAt(json, beside.at).includes(beside.is)) return undefined;
    return says(json, at === undefined ? ERROR_PLACES : [at], error) ? error : undefined;
  };
}

function defined({ status: expected, error, at }: ErrorSignal): Match {
  return ({ status, json }) => {
    if (status !== expected) return undefined;
    if (error === undefined) return '';
    return says(json, at === undefined ? ERROR_PLACES : [at], String(error)) ? String(error) : undefined;
  };
}

/** A number and its digits are the same code, and white space around one means nothing. */
function says(json: unknown, places: readonly string[], error: string): boolean {
  const isIt = (value: unknown) =>
    (typeof value === 'string' || typeof value === 'number') && String(value).trim() === error;
  return places.some((place) => valuesAt(json, place).some(isIt));
}

/** The values at a path of names, such as `errors.0.code`, or `errors[].code` for every element of the list. */
function valuesAt(json: unknown, path: string): unknown[] {
  const names = path.replaceAll(/\[(\d*)\]/g, '.$1').split('.');
  return names.reduce<unknown[]>((values, name) => values.flatMap((value) => step(value, name)), [json]);
}

function step(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) return [jsonMember(value, name)];
  const list: readonly unknown[] = value;
  return name === '' ? [...list] : /^\d+$/.test(name) ? [list[Number(name)]] : [];
}
