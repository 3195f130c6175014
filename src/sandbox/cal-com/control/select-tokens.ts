import type { TokenSelection } from '../../control/fake.ts';
import type { Token } from '../state/records.ts';
import type { World } from '../state/world.ts';

/** The tokens that a control call selects, among those not yet removed. */
export function selectTokens(world: World, selection: TokenSelection): Token[] {
  if (selection.by === 'value') {
    const token = world.token(selection.value);
    return token?.fate === 'live' ? [token] : [];
  }
  return world
    .liveTokens()
    .filter((token) => selection.kind === 'both' || token.kind === selection.kind)
    .filter((token) => selection.by === 'all' || String(token.userId) === selection.account);
}
