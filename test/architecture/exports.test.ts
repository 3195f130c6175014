import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import ts from 'typescript';
import { nodesOf, sourcesUnder, type SourceFile } from '../support/source-tree.ts';

const sources = sourcesUnder('src');
const everywhere = [...sources, ...sourcesUnder('test'), ...sourcesUnder('bench')];

describe('the exports', () => {
  it('are all used by another file', () => {
    const used = new Set(everywhere.flatMap(namesImported));
    const exported = sources.flatMap((file) => namesExported(file).map((name) => ({ path: file.path, name })));
    assert.ok(exported.length > 400, `${exported.length} exports`);
    assert.deepEqual(
      exported.filter(({ name }) => !used.has(name)).map(({ path, name }) => `${path}: ${name}`),
      [],
    );
  });
});

/** The values that a file declares for others; a type may be there to be read beside the function that takes it. */
function namesExported(file: SourceFile): string[] {
  return file.syntax.statements.flatMap((statement) => {
    if (!ts.canHaveModifiers(statement)) return [];
    const isExported = ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
    if (!isExported) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => name.getText(file.syntax));
    }
    const isValue = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
    return isValue && statement.name !== undefined ? [statement.name.text] : [];
  });
}

/** The names that a file takes of others, by whichever way. */
function namesImported(file: SourceFile): string[] {
  return nodesOf(file).flatMap((node) => {
    if (ts.isImportSpecifier(node) || ts.isExportSpecifier(node)) return [(node.propertyName ?? node.name).text];
    // `const { name } = await import(...)`, and a type that is looked up in an imported module.
    if (ts.isBindingElement(node)) return [(node.propertyName ?? node.name).getText(file.syntax)];
    if (ts.isImportTypeNode(node)) return node.qualifier === undefined ? [] : [node.qualifier.getText(file.syntax)];
    if (ts.isPropertyAccessExpression(node)) return [node.name.text];
    return [];
  });
}
