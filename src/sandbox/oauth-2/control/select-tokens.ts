import type { TokenSelection } from '../../control/fake.ts';
import type { Token } from '../state/records.ts';
import type { World } from '../state/world.ts';

/** The tokens, not yet ended, that a control call is about. */
export function selectTokens(world: World, selection: TokenSelection): Token[] {
  if (selection.by === 'value') {
    const token = world.token(selection.value);
    return token?.ended === null ? [token] : [];
  }
  const subs = selection.by === 'account' ? [selection.account] : [...world.accounts].map(({ sub }) => sub);
  return subs
    .flatMap((sub) => world.familiesOf(sub))
    .flatMap((family) => world.standingTokens(family))
    .filter((token) => selection.kind === 'both' || token.kind === selection.kind);
}
