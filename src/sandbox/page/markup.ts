import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** HTML with all text escaped. */
export type Markup = HtmlEscapedString;

/** A value in a template; `undefined` and `false` render as nothing. */
export type Child = Markup | string | undefined | false | readonly Child[];

/** A template tag that escapes every value except `Markup`. Attribute values must be in double quotes. */
export function markup(strings: TemplateStringsArray, ...values: readonly Child[]): Markup {
  const result = html(strings, ...values);
  if (result instanceof Promise) throw new TypeError('A template takes no promises.');
  return result;
}
