import { EXCHANGE_POINTS, REFUSAL_POINTS, REPLAY_POINTS, RESCUE_POINTS } from './crash-points.ts';
import type { Death } from './judge.ts';
import { KINDS } from './kinds.ts';

/**
 * Every named step with every kind of provider, spread among deaths at random. They kill `kills` processes, or a few more:
 * whoever is to die of a replay follows one who died before, and after every third death at random one dies of starting.
 */
export function deaths(kills: number): Death[] {
  const named = KINDS.flatMap(({ name: kind }) =>
    [...EXCHANGE_POINTS, ...RESCUE_POINTS, ...REPLAY_POINTS, ...REFUSAL_POINTS].map((point) => ({ point, kind })),
  );
  const planned: Death[] = [];
  const namedKills = named.length + KINDS.length * REPLAY_POINTS.length;
  const count = named.length + Math.max(0, Math.ceil(((kills - namedKills) * 3) / 4));
  const share = named.length / count;
  for (let made = 0; made < count; made += 1) {
    const isNamed = Math.floor((made + 1) * share) > Math.floor(made * share);
    planned.push((isNamed ? named[Math.floor(made * share)] : undefined) ?? 'at random');
  }
  return planned;
}
