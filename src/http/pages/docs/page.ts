import { operationGroups, type ApiDescription, type OperationGroup } from './openapi-description.ts';
import { errorsSection } from './errors-section.ts';
import { inline, markup, prose, type Markup } from '../markup.ts';
import { methodBadge, operationSection, problemReference } from './operation-section.ts';
import { authenticationSection } from './security.ts';
import { pageHead } from '../page-head.ts';

export type { ApiDescription } from './openapi-description.ts';
export { docsStyle } from './style.ts';

/**
 * Renders the API reference as one HTML page, from the document alone. It has no inline script or style, so it works
 * under the policy `default-src 'none'; style-src 'self'`.
 */
export function docsPage(document: ApiDescription): string {
  const { title, version } = document.info;
  const groups = operationGroups(document);
  const problems = problemReferences(groups);
  const authentication = authenticationSection(document);
  const page = markup`<!doctype html>
<html lang="en">
  <head>
    ${pageHead(`${title} ${version}: API reference`, '/docs/style.css')}
  </head>
  <body>
    <a class="skip" href="#content">Skip to the content</a>
    <header class="side">
      <p class="brand"><a href="#content">${title}</a> <span class="version">${version}</span></p>
      <nav aria-label="Contents">
        <details>
          <summary>Contents</summary>
          ${authentication && linkList([['authentication', 'Authentication']])}
          ${groups.map((group) => groupLinks(group))}
          ${problems.length > 0 && linkList(ERROR_LINKS)}
        </details>
      </nav>
    </header>
    <main id="content" tabindex="-1">
      ${introduction(document)}
      ${authentication}
      ${groups.map((group) => groupSection(document, group))}
      ${problems.length > 0 && errorsSection(document, problems)}
    </main>
  </body>
</html>
`;
  return page.toString();
}

const ERROR_LINKS = [
  ['errors', 'Errors'],
  ['error-codes', 'Error codes'],
] as const;

function introduction(document: ApiDescription): Markup {
  const { title, version, description } = document.info;
  const servers = document.servers ?? [];
  return markup`
      <section class="introduction" aria-labelledby="title">
        <h1 id="title">${title}</h1>
        ${description !== undefined && markup`<p class="lead">${inline(description)}</p>`}
        <dl class="facts">
          <div><dt>Version</dt><dd>${version}</dd></div>
          ${servers.map(({ url }) => markup`<div><dt>Server</dt><dd><code>${url}</code></dd></div>`)}
          <div><dt>For machines</dt><dd><a href="/openapi.json">openapi.json</a> (OpenAPI 3.1)</dd></div>
        </dl>
      </section>`;
}

function linkList(links: readonly (readonly [anchor: string, text: string])[]): Markup {
  return markup`<ul>${links.map(([anchor, text]) => markup`<li><a href="#${anchor}">${text}</a></li>`)}</ul>`;
}

function groupLinks({ id, name, operations }: OperationGroup): Markup {
  const links = operations.map(
    (operation) => markup`
          <li><a href="#${operation.id}">${methodBadge(operation.method)} <span>${operation.title}</span></a></li>`,
  );
  return markup`
        <p class="group"><a href="#${id}">${name}</a></p>
        <ul>${links}
        </ul>`;
}

function groupSection(document: ApiDescription, { id, name, description, operations }: OperationGroup): Markup {
  return markup`
    <section id="${id}" aria-labelledby="${id}-title">
      <h2 id="${id}-title">${name}</h2>
      ${prose(description)}
      ${operations.map((operation) => operationSection(document, operation))}
    </section>`;
}

/** References to the schemas of all problem responses, without duplicates. */
function problemReferences(groups: readonly OperationGroup[]): string[] {
  const references = groups
    .flatMap(({ operations }) => operations)
    .flatMap(({ answers }) => answers)
    .map((answer) => problemReference(answer))
    .filter((reference) => reference !== undefined);
  return [...new Set(references)];
}
