import { EXCHANGE_POINTS, REFUSAL_POINTS, REPLAY_POINTS, RESCUE_POINTS, type CrashPoint } from './crash-points.ts';
import type { Death } from './judge.ts';
import { KINDS } from './kinds.ts';

/**
 * Every named step with every kind of provider, spread among deaths at random. They kill `kills` processes, or a few more:
 * whoever is to die of a replay follows one who died before, and after every third death at random one dies of starting.
 * Where they are too few for that, every step comes once, each with another kind.
 */
export function deaths(kills: number): Death[] {
  const points = [...EXCHANGE_POINTS, ...RESCUE_POINTS, ...REPLAY_POINTS, ...REFUSAL_POINTS];
  const named = KINDS.flatMap(({ name: kind }) => points.map((point) => ({ point, kind })));
  if (kills < named.length) return [...points.map(onSomeKind), 'at random', 'at random'];
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

/** The steps of a refusal come last, and fall on kinds that have tokens to be refused before anybody asks. */
function onSomeKind(point: CrashPoint, index: number): Death {
  return { point, kind: KINDS[(index + 3) % KINDS.length]!.name };
}
