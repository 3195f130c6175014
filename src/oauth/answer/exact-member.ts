import { bodyText } from './answer-body.ts';
import { jsonMemberAt } from '../json-member.ts';
import type { UpstreamAnswer } from '../transport.ts';

/**
 * The member of an answer at a path, as {@link jsonMemberAt}, except that an integer beyond 2^53, which a JavaScript
 * number rounds, is a `bigint` with all its digits. For ids, where the next integer is somebody else.
 */
export function exactMemberAt({ json, body }: Pick<UpstreamAnswer, 'json' | 'body'>, path: string): unknown {
  const member = jsonMemberAt(json, path);
  if (typeof member !== 'number' || Number.isSafeInteger(member)) return member;
  return jsonMemberAt(JSON.parse(bodyText(body), keepDigits), path);
}

/** The third argument is ECMA-262's "JSON.parse source text access", which TypeScript does not know yet. */
function keepDigits(this: unknown, _name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source ?? '';
  return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? BigInt(source) : value;
}
