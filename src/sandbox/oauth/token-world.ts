/** The tokens of one consent, as far as every fake of an OAuth server has them. */
export interface TokenFamily {
  readonly id: string;
  /** The account that consented. */
  readonly sub: string;
  /** Why no token of it can ever be issued or taken again; null while that is not so. */
  ended: string | null;
}

/** A token that belongs to a family. */
export interface FamilyToken {
  readonly value: string;
  readonly kind: 'access' | 'refresh';
  /** Unix ms; null when it lasts until it is ended. */
  expiresAt: number | null;
  ended: { why: string; at: number } | null;
  uses: number;
}

/** Why a token of this type may be ended. */
type Why<Token extends FamilyToken> = NonNullable<Token['ended']>['why'];

interface FamilyTokens<Family, Token> {
  readonly family: Family;
  /** Every token it ever had, oldest first. */
  readonly issued: Token[];
  /** Those that were not ended; expired ones are among them. */
  readonly standing: Set<Token>;
}

/** All families with their tokens, found by id, by account and by a token's value, and whether anything has changed. */
export class TokenWorld<Family extends TokenFamily, Token extends FamilyToken> {
  readonly #familyIdOf: (token: Token) => string;
  readonly #byId = new Map<string, FamilyTokens<Family, Token>>();
  readonly #bySub = new Map<string, Family[]>();
  readonly #tokens = new Map<string, Token>();
  #changed = true;

  /** @param familyIdOf the id of a token's family */
  constructor(familyIdOf: (token: Token) => string) {
    this.#familyIdOf = familyIdOf;
  }

  /** Tells whether anything changed since the last call. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** To be called with every change to a record. */
  protected noteChange(): void {
    this.#changed = true;
  }

  /** Oldest first. */
  get families(): Family[] {
    return [...this.#byId.values()].map(({ family }) => family);
  }

  /** Every token that was ever issued, oldest first. */
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

  /** Ends a family with every token that still lives; those that had expired stay what they are. */
  endFamily(family: Family, why: NonNullable<Family['ended']> & Why<Token>, now: number): void {
    family.ended = why;
    for (const token of this.liveTokens(family, now)) this.endToken(token, why, now);
    this.noteChange();
  }

  /** A token that was ever issued, whatever became of it. */
  token(value: string): Token | undefined {
    return this.#tokens.get(value);
  }

  /** Every token that a family ever had, oldest first. */
  tokensOf(family: Family): readonly Token[] {
    return this.#at(family.id).issued;
  }

  /** The tokens that were not ended, expired ones included; a copy, so that they may be ended while walking it. */
  standingTokens(family: Family): Token[] {
    return [...this.#at(family.id).standing];
  }

  /** The tokens that are good now; a copy. */
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

/** Whether a token's time is over. */
export function isExpired({ expiresAt }: Pick<FamilyToken, 'expiresAt'>, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

/** Whether a token is good: neither ended nor expired. */
export function isLive(token: Pick<FamilyToken, 'ended' | 'expiresAt'>, now: number): boolean {
  return token.ended === null && !isExpired(token, now);
}
