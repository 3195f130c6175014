import type { SandboxClock } from './clock.ts';
import type { Fake, TokenSelection } from './fake.ts';

/** What a fake knows, as far as the control API and the state file have to do with it. */
export interface FakeWorld<Token> {
  expireToken(token: Token, now: number): void;
  endToken(token: Token, why: 'purged', now: number): void;
  takeChanged(): boolean;
  snapshot(): unknown;
}

/** Where a fake's world comes from, and how the tokens of a selection are found in it. */
export interface WorldSource<World, Token> {
  /** The world as at the start. */
  readonly seeded: () => World;
  /** The world of a snapshot; throws where it is none. */
  readonly restored: (snapshot: unknown) => World;
  readonly selectTokens: (world: World, selection: TokenSelection) => Token[];
  readonly limiter: { reset(): void };
}

/**
 * The calls of a fake that are about its world and nothing else.
 *
 * @param state whose world the calls change, and put another in place of
 */
export function worldCalls<World extends FakeWorld<Token>, Token>(
  state: { world: World; readonly clock: SandboxClock },
  { seeded, restored, selectTokens, limiter }: WorldSource<World, Token>,
): Pick<Fake, 'expireTokens' | 'purgeTokens' | 'takeChanged' | 'snapshot' | 'restore' | 'reset'> {
  const { clock } = state;
  return {
    expireTokens(selection) {
      const tokens = selectTokens(state.world, selection);
      for (const token of tokens) state.world.expireToken(token, clock.now());
      return tokens.length;
    },
    purgeTokens(selection) {
      const tokens = selectTokens(state.world, selection);
      for (const token of tokens) state.world.endToken(token, 'purged', clock.now());
      return tokens.length;
    },
    takeChanged: () => state.world.takeChanged(),
    snapshot: () => state.world.snapshot(),
    restore(snapshot) {
      state.world = restored(snapshot);
    },
    reset() {
      state.world = seeded();
      limiter.reset();
    },
  };
}
