import type { SandboxClock } from './clock.ts';
import type { Fake, TokenSelection } from './fake.ts';

/** The state of a fake, as far as the control API and the state file need it. */
export interface FakeWorld<Token> {
  expireToken(token: Token, now: number): void;
  endToken(token: Token, why: 'purged', now: number): void;
  takeChanged(): boolean;
  snapshot(): unknown;
}

/** Creates a fake's state, and finds the tokens of a selection in it. */
export interface WorldSource<World, Token> {
  /** The initial state. */
  readonly seeded: () => World;
  /** The state from a snapshot; throws if it is invalid. */
  readonly restored: (snapshot: unknown) => World;
  readonly selectTokens: (world: World, selection: TokenSelection) => Token[];
  readonly limiter: { reset(): void };
}

/**
 * The control calls that only need a fake's state.
 *
 * @param state holds the state that the calls change and replace
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
