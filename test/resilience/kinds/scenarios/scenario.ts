import type { Kind } from '../kinds.ts';
import type { Player } from '../player.ts';
import type { Subject, World } from '../world.ts';

/** Something that befalls a grant at every kind of provider, and what is promised then. */
export interface Scenario {
  /** What it is, fit to stand in the name of a test. */
  readonly title: string;
  /** Its own; nobody else touches their grants. */
  readonly subjects: readonly Subject[];
  /** False where it can't befall this kind; default: it can. */
  readonly concerns?: (kind: Kind) => boolean;
  /**
   * Brings it about for these kinds at once. Until it resolves nobody else asks a provider, so that a fault strikes whom it is
   * meant for.
   *
   * @returns what judges one kind; other scenarios go on meanwhile
   */
  arrange(world: World, players: readonly Player[]): Promise<Judge>;
}

/** Waits for what is promised of one kind, and fails where it doesn't come. */
export type Judge = (player: Player) => Promise<void>;

/** Does the same for all at once, and gives what came of each by its player. */
export async function forEach<Result>(
  players: readonly Player[],
  work: (player: Player) => Promise<Result>,
): Promise<(player: Player) => Result> {
  const results = new Map(await Promise.all(players.map(async (player) => [player, await work(player)] as const)));
  return (player) => {
    if (!results.has(player)) throw new Error(`${player.kind.name} was not arranged`);
    return results.get(player) as Result;
  };
}
