import { referenceName, resolved, type ApiDescription, type Schema } from './openapi-description.ts';
import { BROWSER_CODES, PROBLEM_CODES, type ExplainedCode } from './error-codes.ts';
import { fieldsTable } from './fields.ts';
import { inline, markup, prose, table, type Markup } from '../markup.ts';
import { problemAnchor, statusBadge } from './operation-section.ts';

/**
 * The section on what errors look like and what each code means.
 *
 * @param references to the schemas of problems
 */
export function errorsSection(document: ApiDescription, references: readonly string[]): Markup {
  const schemas = references.map(($ref) => {
    const name = referenceName($ref);
    return markup`
      <h3 id="${problemAnchor(name)}">${name}</h3>
      ${prose(resolved<Schema>(document, { $ref }).description)}
      ${fieldsTable(document, { $ref }, 'answer', `Fields of ${name}`)}`;
  });
  return markup`
    <section id="errors" aria-labelledby="errors-title">
      <h2 id="errors-title">Errors</h2>
      <p>Errors are answered as <code>application/problem+json</code> (RFC 9457), with these fields.</p>
      ${schemas}
      <h3 id="error-codes">Error codes</h3>
      <p>Branch on <code>code</code>; it stays the same. <code>detail</code> is for people, and may change.</p>
      ${codesTable('Error codes', 'Code and status', PROBLEM_CODES, 'error')}
      <h3 id="browser-error-codes">Errors of the browser</h3>
      ${prose('When an account was not linked, the browser comes back to the app with one of these as `evergrant_error`.')}
      ${codesTable('Values of evergrant_error', 'Value', BROWSER_CODES, 'browser-error')}
    </section>`;
}

function codesTable(label: string, head: string, codes: readonly ExplainedCode[], prefix: string): Markup {
  const rows = codes.map(({ code, statuses, meaning, remedy }) => {
    return [
      markup`<code id="${prefix}-${code}">${code}</code>${statuses.map((status) => [' ', statusBadge(String(status))])}`,
      markup`${inline(meaning)}<span class="note">${inline(remedy)}</span>`,
    ];
  });
  return table(label, [head, 'What it means, and what to do'], rows, 'fields');
}
