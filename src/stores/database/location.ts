import type { Secret } from '../../secret.ts';

/** Which database to use. */
export type DatabaseLocation =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: Secret; readonly now?: string };
