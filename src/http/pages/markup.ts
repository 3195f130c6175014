import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** HTML with all text escaped. */
export type Markup = HtmlEscapedString;

/** A value in a template; `undefined` and `false` render as nothing. */
export type Child = Markup | string | number | undefined | false | readonly Child[];

/** A template tag that escapes every value except `Markup`. Attribute values must be in double quotes. */
export function markup(strings: TemplateStringsArray, ...values: readonly Child[]): Markup {
  const result = html(strings, ...values);
  if (result instanceof Promise) throw new TypeError('A template takes no promises.');
  return result;
}

/** Renders text in which backticks enclose code. */
export function inline(text: string): Markup {
  // `split` keeps the captured groups, so text and code alternate.
  const parts = text.split(/`([^`]+)`/);
  return markup`${parts.map((part, index) => (index % 2 === 0 ? part : markup`<code>${part}</code>`))}`;
}

/** Renders paragraphs separated by blank lines. */
export function prose(text: string | undefined): Markup | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const paragraphs = text.trim().split(/\n\s*\n/);
  return markup`${paragraphs.map((paragraph) => markup`<p>${inline(paragraph)}</p>`)}`;
}

/** Renders a path that narrow screens may break after a slash. */
export function breakable(path: string): Markup {
  return markup`${path.split(/(?<=\/)/).map((part) => markup`${part}<wbr>`)}`;
}

/** Puts a separator between every two children. */
export function joined(children: readonly Child[], separator: string): Child[] {
  return children.flatMap((child, index) => (index === 0 ? [child] : [separator, child]));
}

/**
 * A table that scrolls on its own if the screen is narrower.
 *
 * @param kind `fields` for two columns that narrow screens stack
 */
export function table(
  label: string,
  heads: readonly string[],
  rows: readonly (readonly Child[])[],
  kind: 'fields' | 'plain' = 'plain',
): Markup {
  return markup`
    <div class="scroll" role="region" aria-label="${label}" tabindex="0">
      <table class="${kind}">
        <thead><tr>${heads.map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead>
        <tbody>${rows.map((cells) => row(cells))}</tbody>
      </table>
    </div>`;
}

function row([first, ...others]: readonly Child[]): Markup {
  return markup`
          <tr><th scope="row">${first}</th>${others.map((cell) => markup`<td>${cell}</td>`)}</tr>`;
}
