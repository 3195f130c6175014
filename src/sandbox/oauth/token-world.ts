/** The tokens of one consent, as every fake OAuth server has them. */
export interface TokenFamily {
  readonly id: string;
  /** The account that consented. */
  readonly sub: string;
  /** Why its tokens can no longer be issued or accepted; null while they can. */
  ended: string | null;
}

/** A token that belongs to a family. */
export interface FamilyToken {
  readonly value: string;
  readonly kind: 'access' | 'refresh';
  /** Unix ms; null if it does not expire. */
  expiresAt: number | null;
  ended: { why: string; at: number } | null;
  uses: number;
}

/** Why a token of this type may end. */
type Why<Token extends FamilyToken> = NonNullable<Token['ended']>['why'];

interface FamilyTokens<Family, Token> {
  readonly family: Family;
  /** Every token it ever had, oldest first. */
  readonly issued: Token[];
  /** The tokens that have not been ended, including expired ones. */
  readonly standing: Set<Token>;
}

/** All families and their tokens, indexed by id, account and token value. Tracks whether anything changed. */
export class TokenWorld<Family extends TokenFamily, Token extends FamilyToken> {
  readonly #familyIdOf: (token: Token) => string;
  readonly #byId = new Map<string, FamilyTokens<Family, Token>>();
  readonly #bySub = new Map<string, Family[]>();
  readonly #tokens = new Map<string, Token>();
  #changed = true;

  /** @param familyIdOf returns the id of a token's family */
  constructor(familyIdOf: (token: Token) => string) {
    this.#familyIdOf = familyIdOf;
  }

  /** Whether anything changed since the last call. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** Call this with every change to a record. */
  protected noteChange(): void {
    this.#changed = true;
  }

  /** All families, oldest first. */
  get families(): Family[] {
    return [...this.#byId.values()].map(({ family }) => family);
  }

  /** Every token ever issued, oldest first. */
  get tokens(): Token[] {
    return [...this.#tokens.values()];
  }

  /** The account's families, oldest first. */
  familiesOf(sub: string): readonly Family[] {
    return this.#bySub.get(sub) ?? [];
  }

  family(id: string): Family {
    return this.#at(id).family;
  }

  /** The family of a token. */
  familyOf(token: Token): Family {
    return this.family(this.#familyIdOf(token));
  }

  addFamily(family: Family): void {
    this.#byId.set(family.id, { family, issued: [], standing: new Set() });
    const others = this.#bySub.get(family.sub);
    if (others === undefined) this.#bySub.set(family.sub, [family]);
    else others.push(family);
    this.noteChange();
  }

  /** Ends a family and all its live tokens at `now` (Unix ms). Expired tokens stay unchanged. */
  endFamily(family: Family, why: NonNullable<Family['ended']> & Why<Token>, now: number): void {
    family.ended = why;
    for (const token of this.liveTokens(family, now)) this.endToken(token, why, now);
    this.noteChange();
  }

  /** A token ever issued, in any state. */
  token(value: string): Token | undefined {
    return this.#tokens.get(value);
  }

  /** Every token a family ever had, oldest first. */
  tokensOf(family: Family): readonly Token[] {
    return this.#at(family.id).issued;
  }

  /**
   * A copy of the tokens that have not been ended, including expired ones, so that callers can end tokens while
   * iterating.
   */
  standingTokens(family: Family): Token[] {
    return [...this.#at(family.id).standing];
  }

  /** A copy of the tokens that are live at `now` (Unix ms). */
  liveTokens(family: Family, now: number): Token[] {
    return this.standingTokens(family).filter((token) => isLive(token, now));
  }

  addToken(token: Token): void {
    const { issued, standing } = this.#at(this.#familyIdOf(token));
    this.#tokens.set(token.value, token);
    issued.push(token);
    if (token.ended === null) standing.add(token);
    this.noteChange();
  }

  endToken(token: Token, why: Why<Token>, now: number): void {
    token.ended = { why, at: now };
    this.#at(this.#familyIdOf(token)).standing.delete(token);
    this.noteChange();
  }

  countUse(token: Token): void {
    token.uses += 1;
    this.noteChange();
  }

  expireToken(token: Token, now: number): void {
    token.expiresAt = Math.min(token.expiresAt ?? now, now);
    this.noteChange();
  }

  #at(id: string): FamilyTokens<Family, Token> {
    const found = this.#byId.get(id);
    if (found === undefined) throw new Error(`There is no family ${id}.`);
    return found;
  }
}

/** Whether a token has expired at `now` (Unix ms). */
export function isExpired({ expiresAt }: Pick<FamilyToken, 'expiresAt'>, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

/** Whether a token is neither ended nor expired at `now` (Unix ms). */
export function isLive(token: Pick<FamilyToken, 'ended' | 'expiresAt'>, now: number): boolean {
  return token.ended === null && !isExpired(token, now);
}
