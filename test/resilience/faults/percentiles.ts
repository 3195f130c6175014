/** Of durations in milliseconds, the one that half, that 90 and that 99 of 100 do not exceed. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

export function percentiles(durations: readonly number[]): Percentiles {
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (share: number) => Number((sorted[Math.ceil(sorted.length * share) - 1] ?? 0).toFixed(1));
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}
