import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** HTML whose text is escaped. */
export type Markup = HtmlEscapedString;

/** What a template takes; nothing is written for `undefined` and `false`. */
export type Child = Markup | string | undefined | false | readonly Child[];

/** A template that escapes every value but `Markup`. Attributes must be in double quotes. */
export function markup(strings: TemplateStringsArray, ...values: readonly Child[]): Markup {
  const result = html(strings, ...values);
  if (result instanceof Promise) throw new TypeError('A template takes no promises.');
  return result;
}
