import type { TokenSelection } from '../control/fake.ts';
import type { FamilyToken, TokenFamily, TokenWorld } from './token-world.ts';

/** The tokens that a control call selects, among those not yet ended. */
export function selectTokens<Family extends TokenFamily, Token extends FamilyToken>(
  world: TokenWorld<Family, Token> & { readonly accounts: Iterable<{ readonly sub: string }> },
  selection: TokenSelection,
): Token[] {
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
