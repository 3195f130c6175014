import { EXCHANGE_POINTS, REFUSAL_POINTS, REPLAY_POINTS, RESCUE_POINTS } from './crash-points.ts';
import type { Death } from './judge.ts';
import { KINDS } from './kinds.ts';

/** Every named step with every kind of provider, spread among deaths at random, `count` in all or a few more. */
export function deaths(count: number): Death[] {
  const named = KINDS.flatMap(({ name: kind }) =>
    [...EXCHANGE_POINTS, ...RESCUE_POINTS, ...REPLAY_POINTS, ...REFUSAL_POINTS].map((point) => ({ point, kind })),
  );
  const planned: Death[] = [];
  const share = named.length / Math.max(count, named.length);
  for (let made = 0; made < Math.max(count, named.length); made += 1) {
    const isNamed = Math.floor((made + 1) * share) > Math.floor(made * share);
    planned.push((isNamed ? named[Math.floor(made * share)] : undefined) ?? 'at random');
  }
  return planned;
}
