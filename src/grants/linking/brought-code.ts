import { Secret } from '../../secret.ts';

/** Separates the code from what came with it. A code is printable ASCII (RFC 6749 appendix A.11), so it has none. */
const SEPARATOR = '\0';

/** Puts what a browser brought beside a code into one secret with it, to be stored in the code's place. */
export function packCode(code: Secret, more: Readonly<Record<string, string>>): Secret {
  return Object.keys(more).length === 0 ? code : new Secret(code.reveal() + SEPARATOR + JSON.stringify(more));
}

/** Takes apart what {@link packCode} has put together. */
export function unpackCode(packed: Secret): { readonly code: Secret; readonly more: Readonly<Record<string, string>> } {
  const [code = '', ...rest] = packed.reveal().split(SEPARATOR);
  if (rest.length === 0) return { code: packed, more: {} };
  return { code: new Secret(code), more: JSON.parse(rest.join(SEPARATOR)) as Readonly<Record<string, string>> };
}
