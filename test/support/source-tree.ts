import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../..');

/** One import or re-export of a file, dynamic imports included. */
export interface Import {
  /** The importing file, relative to the repository with forward slashes. */
  readonly from: string;
  /** The imported file in the same form, or a package's name. */
  readonly to: string;
  /** True where nothing of it is left at run time. */
  readonly typeOnly: boolean;
  /** True where it is imported when it is needed: `await import(...)`. */
  readonly dynamic: boolean;
}

/** One TypeScript file, parsed. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly syntax: ts.SourceFile;
}

/** Every file under a folder of the repository, relative to the repository with forward slashes. */
export function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Every TypeScript file under a folder, parsed. */
export function sourcesUnder(folder: string): SourceFile[] {
  return filesUnder(folder)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      return { path, text, syntax: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
    });
}

/** What a file imports. */
export function importsOf(file: SourceFile): Import[] {
  const imports: Import[] = [];
  for (const node of nodesOf(file)) {
    const specifier = importedBy(node);
    if (specifier === undefined) continue;
    const to = target(file.path, specifier);
    imports.push({ from: file.path, to, typeOnly: isTypeOnly(node), dynamic: ts.isCallExpression(node) });
  }
  return imports;
}

/** Every node of the file's syntax tree, comments therefore left out. */
export function nodesOf(file: SourceFile): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file.syntax);
  return nodes;
}

function importedBy(node: ts.Node): string | undefined {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
    return ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : undefined;
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments;
    return argument !== undefined && ts.isStringLiteral(argument) ? argument.text : '(computed)';
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
    return node.argument.literal.text;
  }
  return undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  if (!ts.isImportDeclaration(node)) return false;
  const clause = node.importClause;
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

function target(from: string, specifier: string): string {
  return specifier.startsWith('.') ? join(dirname(from), specifier).split(sep).join('/') : specifier;
}
