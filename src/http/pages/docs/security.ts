import { resolved, slug, type ApiDescription, type Operation, type SecurityScheme } from './openapi-description.ts';
import { inline, joined, markup, prose, table, type Child, type Markup } from '../markup.ts';

/** The placeholder for the caller's token in commands to paste. */
export const TOKEN = '$TOKEN';

/** The section on how to authenticate; undefined if the document defines no security schemes. */
export function authenticationSection(document: ApiDescription): Markup | undefined {
  const names = Object.keys(document.components?.securitySchemes ?? {});
  if (names.length === 0) return undefined;
  const rows = names.map((name) => {
    const scheme = schemeNamed(document, name);
    const header = credentialHeader(scheme);
    return [
      markup`<code id="${anchor(name)}">${name}</code><span class="note">${
        header === undefined ? (scheme.type ?? '') : markup`<code>${header.name}: ${header.value}</code>`
      }</span>`,
      scheme.description === undefined ? '' : inline(scheme.description),
    ];
  });
  return markup`
    <section id="authentication" aria-labelledby="authentication-title">
      <h2 id="authentication-title">Authentication</h2>
      ${prose(`Each operation names the credentials it takes. \`${TOKEN}\` stands for your own.`)}
      ${table('Ways to authenticate', ['Credential, and how to send it', 'What it is'], rows, 'fields')}
    </section>`;
}

/** Which callers may use an operation. */
export function callersOf(document: ApiDescription, { security }: Operation): Markup {
  if (security.length === 0) return markup`<p>Anybody, without credentials.</p>`;
  const ways = security.map((requirement) => {
    const names = Object.keys(requirement);
    const links = joined(
      names.map((name) => credentialLink(document, name)),
      ' together with ',
    );
    return markup`<li>${names.length === 0 ? 'Anybody, without credentials.' : links}</li>`;
  });
  return markup`<ul class="callers">${ways}</ul>`;
}

/** The header that carries a credential; undefined if the scheme uses another part of the request. */
export function credentialHeader(scheme: SecurityScheme): { name: string; value: string } | undefined {
  if (scheme.type === 'http') {
    const word = scheme.scheme ?? 'bearer';
    return { name: 'Authorization', value: `${word.charAt(0).toUpperCase()}${word.slice(1)} ${TOKEN}` };
  }
  if (scheme.type === 'apiKey' && scheme.in === 'header') return { name: scheme.name ?? '', value: TOKEN };
  return undefined;
}

/** A security scheme by name; an empty one if the document has no such scheme. */
export function schemeNamed(document: ApiDescription, name: string): SecurityScheme {
  return resolved(document, document.components?.securitySchemes?.[name] ?? {});
}

function credentialLink(document: ApiDescription, name: string): Child {
  const { description } = schemeNamed(document, name);
  const link = markup`<a href="#${anchor(name)}"><code>${name}</code></a>`;
  return description === undefined ? link : [link, ': ', inline(description)];
}

function anchor(name: string): string {
  return `credential-${slug(name)}`;
}
