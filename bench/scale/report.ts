import { markdownTable, rounded } from '../parts/figures.ts';
import { growthPlot } from './growth-plot.ts';
import type { Timed } from './time-statements.ts';
import type { WatchedService } from './watch-upkeep.ts';

/** What was found at one size. */
export interface SizeResult {
  readonly store: 'sqlite' | 'postgres';
  readonly grants: number;
  readonly bytes: number;
  /** How busy the machine was, beside us and with us. */
  readonly load: string;
  readonly openedInMs: number;
  readonly statements: Timed;
  readonly service: WatchedService;
}

/** What the plot shows: what callers and upkeep ask most. */
const PLOTTED = ['view', 'claims', 'open', 'finish', 'load', 'due', 'lapsing', 'lapses', 'forget, nothing left'];

/** The tables of one store, one column a size. */
export function tablesOf(results: readonly SizeResult[]): string {
  const names = Object.keys(results[0]?.statements ?? {});
  const column = ({ grants }: SizeResult) => `${grants.toLocaleString('en')} grants`;
  const row = (name: string, of: (result: SizeResult) => string | number) => ({
    '': name,
    ...Object.fromEntries(results.map((result) => [column(result), of(result)])),
  });
  const rows = names.map((name) => ({
    ...row(name, ({ statements: timed }) => {
      const { p50 = NaN, p99 = NaN, max = NaN } = timed[name] ?? {};
      return `${p50} / ${p99} / ${max}`;
    }),
    'last p50 of first': growth(results.map(({ statements: timed }) => timed[name]?.p50 ?? NaN)),
  }));
  const others = [
    row('database, MiB', ({ bytes }) => rounded(bytes / 2 ** 20)),
    row('start to serving, ms', ({ service }) => rounded(service.startedInMs)),
    row('stores opened, ms', ({ openedInMs }) => rounded(openedInMs)),
    row('RSS idle / after, MiB', ({ service: { residentMiB: r } }) => `${r.idle} / ${r.after}`),
    row('upkeep: longest block by its own CPU, ms', ({ service }) => rounded(service.upkeep.longestCpuMs)),
    row('upkeep: latest turn of the loop, ms', ({ service }) => rounded(service.upkeep.longestMs)),
    row('the same of an idle process beside it, ms', ({ service }) => rounded(service.beside.longestMs)),
    row('upkeep: CPU, ms a second', ({ service }) => rounded(service.cpuMsPerSecond)),
    row('live token by HTTP, p50 / p99 ms', ({ service }) => `${service.warm.p50} / ${service.warm.p99}`),
    row('load of the machine', ({ load }) => load),
  ];
  return `Statements, p50 / p99 / max in milliseconds:\n\n${markdownTable(rows)}\n\nThe service on it:\n\n${markdownTable(others)}`;
}

/** The plot of one store. */
export function plotOf(store: string, results: readonly SizeResult[]): string {
  return growthPlot(
    `${store}: p50 of hot statements`,
    PLOTTED.map((name) => ({
      name,
      points: results.map(({ grants, statements }) => ({ grants, ms: statements[name]?.p50 ?? NaN })),
    })).filter(({ points }) => points.every(({ ms }) => !Number.isNaN(ms))),
  );
}

/**
 * Puts text in the place of what a bench wrote before.
 *
 * @throws Error where the page has no such place
 */
export function replacedIn(page: string, place: string, text: string): string {
  const [begin, end] = [`<!-- ${place} -->`, `<!-- end of ${place} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to === -1) throw new Error(`The page has no place for ${place}.`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

function growth(each: readonly number[]): number {
  return rounded((each.at(-1) ?? NaN) / (each[0] ?? NaN));
}
