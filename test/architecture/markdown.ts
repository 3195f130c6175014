import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, resolve, sep } from 'node:path';
import { filesUnder } from '../support/source-tree.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** What is made or installed, and no document of ours. */
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', '.git', '.evergrant', '.programs']);

/** A document of the repository. */
export interface Document {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** One link of a document to something in the repository. */
export interface Link {
  readonly from: string;
  /** As it is written. */
  readonly target: string;
  /** The file or folder it leads to, relative to the repository with forward slashes; `..` first where it leads out. */
  readonly path: string;
  /** The part after `#`; empty where there is none. */
  readonly anchor: string;
}

/** Every Markdown file of the repository, installed and built ones left out. */
export function documents(): Document[] {
  const entries = readdirSync(ROOT, { withFileTypes: true }).filter(({ name }) => !NOT_OURS.has(name));
  return entries
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(entry.name) : [entry.name]))
    .filter((path) => path.endsWith('.md') && !path.includes('node_modules/'))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** The links of a document that lead to files: of text, images and HTML. Code is no link, nor is what has a scheme. */
export function linksOf({ path, text }: Document): Link[] {
  const prose = withoutCode(text);
  const written = [
    ...prose.matchAll(/\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g),
    ...prose.matchAll(/^ {0,3}\[[^\]]+\]:\s+<?([^\s>]+)/gm),
    ...prose.matchAll(/\b(?:src|href)="([^"]+)"/g),
  ].map(([, target = '']) => target);
  return written
    .filter((target) => !/^([a-z][a-z\d+.-]*:|\/\/)/i.test(target))
    .map((target) => {
      const [file = '', anchor = ''] = target.split('#').map(decodeURIComponent);
      const to = file === '' ? path : normalize(join(dirname(path), file));
      return { from: path, target, path: to.split(sep).join('/').replace(/\/$/, ''), anchor };
    });
}

/** Why a link leads nowhere; undefined where it leads to a file, and to a heading of it if it names one. */
export function faultOf({ path, anchor }: Link): string | undefined {
  if (path.startsWith('..')) return 'leads out of the repository';
  if (!existsSync(join(ROOT, path))) return 'is not there';
  if (anchor === '') return undefined;
  if (!path.endsWith('.md') || !statSync(join(ROOT, path)).isFile()) return 'has no headings';
  return anchorsOf(readFileSync(join(ROOT, path), 'utf8')).includes(anchor) ? undefined : 'has no such heading';
}

/** The anchors that GitHub gives the headings of a text: a second one of the same words ends in -1. */
export function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutFences(text).matchAll(/^#{1,6} +(.+?)(?: +#+)?$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}

function withoutCode(text: string): string {
  return withoutFences(text).replaceAll(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
}

function withoutFences(text: string): string {
  return text.replaceAll(/^ {0,3}(```+|~~~+)[\s\S]*?^ {0,3}\1.*$/gm, '');
}
