import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import ts from 'typescript';
import { TrustUnavailableError } from '../../../../src/callers/trust-unavailable-error.ts';
import { UnauthenticatedError, type UnauthenticatedCode } from '../../../../src/callers/unauthenticated-error.ts';
import { KeeperError, StoreUnavailableError, type KeeperErrorCode } from '../../../../src/grants/errors.ts';
import { LinkError, type LinkErrorCode } from '../../../../src/grants/linking/link-error.ts';
import { docsPage } from '../../../../src/http/pages/docs/page.ts';
import { BROWSER_CODES, PROBLEM_CODES, type ExplainedCode } from '../../../../src/http/pages/docs/error-codes.ts';
import { BROWSER_LINK_ERRORS } from '../../../../src/http/pages/link-title.ts';
import { toProblem } from '../../../../src/http/response/to-problem.ts';
import { nodesOf, sourcesUnder, type SourceFile } from '../../../support/source-tree.ts';

const sources = sourcesUnder('src');

/** What stands where a code would, in the few places that pass on the code of another error. */
const PASSED_ON = [
  'src/http/response/to-problem.ts: code',
  'src/http/response/to-problem.ts: error.code',
  'src/http/api/connect/with-consent.ts: code',
];

interface Found {
  readonly file: SourceFile;
  readonly status: ts.Expression;
  readonly code: ts.Expression;
}

/** Every problem that the sources make. */
function problemsMade(): Found[] {
  return sources.flatMap((file) =>
    nodesOf(file).flatMap((node) => {
      if (!ts.isNewExpression(node) || node.expression.getText(file.syntax) !== 'ProblemError') return [];
      const [status, code] = node.arguments ?? [];
      assert.ok(status !== undefined && code !== undefined, file.path);
      return [{ file, status, code }];
    }),
  );
}

/** The members of a union of texts. */
function membersOf<Code extends string>(name: string): Code[] {
  const declared = sources
    .flatMap((file) => nodesOf(file).map((node) => ({ file, node })))
    .find(({ file, node }) => ts.isTypeAliasDeclaration(node) && node.name.getText(file.syntax) === name);
  assert.ok(declared !== undefined, name);
  const members: Code[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) members.push(node.text as Code);
    ts.forEachChild(node, visit);
  };
  visit(declared.node);
  assert.ok(members.length > 3, name);
  return members;
}

/** Every code that a caller can be answered, with each of its statuses. */
function answered(): Map<string, Set<number>> {
  const keeper = membersOf<KeeperErrorCode>('KeeperErrorCode').map((code) => new KeeperError(code, ''));
  const link = membersOf<LinkErrorCode>('LinkErrorCode').map((code) => new LinkError(code));
  const callers = membersOf<UnauthenticatedCode>('UnauthenticatedCode').map(
    (code) => new UnauthenticatedError(code, ''),
  );
  const others = [
    new TrustUnavailableError(1, { cause: undefined }),
    new StoreUnavailableError(undefined),
    new Error('anything'),
  ];
  const found = [...keeper, ...link, ...callers, ...others].map((error) => toProblem(error));
  const written = problemsMade().flatMap(({ status, code }) =>
    ts.isStringLiteral(code) && ts.isNumericLiteral(status) ? [{ status: Number(status.text), code: code.text }] : [],
  );
  const byCode = Map.groupBy([...found, ...written], ({ code }) => code);
  const isOfBrowsers = (code: string) => (BROWSER_LINK_ERRORS as readonly string[]).includes(code);
  return new Map(
    [...byCode]
      .filter(([code]) => !isOfBrowsers(code))
      .map(([code, problems]) => [code, new Set(problems.map(({ status }) => status))]),
  );
}

const codesOf = (codes: readonly ExplainedCode[]) => codes.map(({ code }) => code);

describe('the table of errors', () => {
  it('has every code that there is, each once, and no other', () => {
    assert.deepEqual(codesOf(PROBLEM_CODES).toSorted(), [...answered().keys()].toSorted());
    assert.deepEqual(codesOf(BROWSER_CODES).toSorted(), BROWSER_LINK_ERRORS.toSorted());
  });

  it('knows of all problems: nobody makes a code at run time', () => {
    const odd = problemsMade()
      .filter(({ status, code }) => !ts.isStringLiteral(code) || !ts.isNumericLiteral(status))
      .map(({ file, code }) => `${file.path}: ${code.getText(file.syntax)}`)
      .filter((place) => !PASSED_ON.includes(place));
    assert.deepEqual(odd, []);
  });

  it('has their statuses', () => {
    const all = answered();
    for (const { code, statuses } of PROBLEM_CODES) {
      // The Atoms refresh URL turns a 500 into a 503 where waiting helps.
      const own = statuses.filter((status) => !(status === 503 && statuses.includes(500)));
      assert.deepEqual(own.toSorted(), [...(all.get(code) ?? [])].toSorted(), code);
    }
  });

  it('is on the page, and can be linked to', () => {
    const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
    const page = docsPage({
      info: { title: 'Test', version: '1' },
      paths: { '/things': { get: { responses: { 400: { description: 'No', content: problem } } } } },
    });
    for (const { code } of PROBLEM_CODES) assert.ok(page.includes(`<code id="error-${code}">${code}</code>`), code);
    for (const { code } of BROWSER_CODES)
      assert.ok(page.includes(`<code id="browser-error-${code}">${code}</code>`), code);
  });
});
