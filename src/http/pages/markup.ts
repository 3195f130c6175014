import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** HTML whose text is escaped. */
export type Markup = HtmlEscapedString;

/** What a template takes; nothing is written for `undefined` and `false`. */
export type Child = Markup | string | number | undefined | false | readonly Child[];

/** A template that escapes every value but `Markup`. Attributes must be in double quotes. */
export function markup(strings: TemplateStringsArray, ...values: readonly Child[]): Markup {
  const result = html(strings, ...values);
  if (result instanceof Promise) throw new TypeError('A template takes no promises.');
  return result;
}

/** Text in which `code` stands between backticks. */
export function inline(text: string): Markup {
  // The split keeps what it splits at: text and code take turns.
  const parts = text.split(/`([^`]+)`/);
  return markup`${parts.map((part, index) => (index % 2 === 0 ? part : markup`<code>${part}</code>`))}`;
}

/** Paragraphs, which empty lines part. */
export function prose(text: string | undefined): Markup | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const paragraphs = text.trim().split(/\n\s*\n/);
  return markup`${paragraphs.map((paragraph) => markup`<p>${inline(paragraph)}</p>`)}`;
}

/** A path that a narrow screen breaks after its slashes. */
export function breakable(path: string): Markup {
  return markup`${path.split(/(?<=\/)/).map((part) => markup`${part}<wbr>`)}`;
}

/** Children with a separator between each two. */
export function joined(children: readonly Child[], separator: string): Child[] {
  return children.flatMap((child, index) => (index === 0 ? [child] : [separator, child]));
}

/**
 * A table that scrolls by itself where the screen is narrower.
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
