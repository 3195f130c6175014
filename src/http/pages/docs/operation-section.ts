import { PROBLEM_TYPE } from '../../response/problem.ts';
import { curlLine } from './curl.ts';
import {
  referenceName,
  resolved,
  slug,
  type Answer,
  type ApiDescription,
  type Content,
  type Operation,
  type Schema,
} from './openapi-description.ts';
import { fieldsTable, parametersTable } from './fields.ts';
import { breakable, inline, markup, prose, table, type Markup } from '../markup.ts';
import { callersOf } from './security.ts';

/** The section on one operation. */
export function operationSection(document: ApiDescription, operation: Operation): Markup {
  const { id, method, path, title } = operation;
  return markup`
      <article class="operation" id="${id}" aria-labelledby="${id}-title">
        <h3 id="${id}-title"><a href="#${id}">${title}</a>${deprecation(operation)}</h3>
        <p class="endpoint">${methodBadge(method)} <code>${breakable(path)}</code></p>
        ${prose(operation.description)}
        <h4>Who may call</h4>
        ${callersOf(document, operation)}
        ${parametersPart(document, operation)}
        ${bodyPart(document, operation)}
        <h4>Try it</h4>
        <pre tabindex="0" role="region" aria-label="curl line for ${title}"><code>${curlLine(document, operation)}</code></pre>
        ${answersPart(document, operation)}
      </article>`;
}

/** A method's badge, in the same colour everywhere on the page. */
export function methodBadge(method: string): Markup {
  return markup`<span class="method ${method}">${method.toUpperCase()}</span>`;
}

/** The anchor of a problem schema. */
export function problemAnchor(name: string): string {
  return `problem-${slug(name)}`;
}

/** The reference to a response's problem schema (RFC 9457); undefined if it is not a problem. */
export function problemReference(answer: Answer): string | undefined {
  return answer.content?.[PROBLEM_TYPE]?.schema?.$ref;
}

function deprecation({ deprecated }: Operation): Markup | false {
  return deprecated && markup` <span class="tag">deprecated</span>`;
}

function parametersPart(document: ApiDescription, { parameters, title }: Operation): Markup | false {
  if (parameters.length === 0) return false;
  return markup`
        <h4>Parameters</h4>
        ${parametersTable(document, parameters, `Parameters of ${title}`)}`;
}

function bodyPart(document: ApiDescription, { body, title }: Operation): Markup | undefined {
  const [mediaType, schema] = firstContent(body?.content) ?? [];
  if (mediaType === undefined || schema === undefined) return undefined;
  const { description = resolved(document, schema).description, required = false } = body ?? {};
  return markup`
        <h4>Request body <span class="aside">${required ? '' : 'optional, '}<code>${mediaType}</code></span></h4>
        ${prose(description)}
        ${fieldsTable(document, schema, 'request', `Request body of ${title}`)}`;
}

function answersPart(document: ApiDescription, { answers, title }: Operation): Markup {
  const problems = answers.filter((answer) => problemReference(answer) !== undefined);
  const others = answers.filter((answer) => !problems.includes(answer));
  return markup`
        <h4>Answers</h4>
        ${others.map((answer) => answerPart(document, answer, title))}
        ${problems.length > 0 && problemsTable(problems, title)}`;
}

function answerPart(document: ApiDescription, answer: Answer & { status: string }, title: string): Markup {
  const [, schema] = firstContent(answer.content) ?? [];
  return markup`
        <p class="answer">${statusBadge(answer.status)} ${inline(answer.description ?? '')}</p>
        ${schema && fieldsTable(document, schema, 'answer', `Fields of the answer ${answer.status} of ${title}`)}`;
}

function problemsTable(problems: readonly (Answer & { status: string })[], title: string): Markup {
  const rows = problems.map((answer) => [
    statusBadge(answer.status),
    inline(answer.description ?? ''),
    problemLink(problemReference(answer)),
  ]);
  return table(`Errors of ${title}`, ['Status', 'When', 'Body'], rows);
}

function problemLink(reference = ''): Markup {
  const name = referenceName(reference);
  return markup`<a href="#${problemAnchor(name)}">${name}</a>`;
}

/** A status badge, in the same colour everywhere on the page. */
export function statusBadge(status: string): Markup {
  return markup`<span class="status s${status.charAt(0)}">${status}</span>`;
}

function firstContent(content: Content | undefined): [mediaType: string, schema: Schema] | undefined {
  const [mediaType, { schema } = {}] = Object.entries(content ?? {})[0] ?? [];
  return mediaType === undefined || schema === undefined ? undefined : [mediaType, schema];
}
