import type { Account, Client, Code, Ending, Family, Token, WorldSnapshot } from './records.ts';

interface FamilyTokens {
  readonly family: Family;
  /** Every token it ever had, oldest first. */
  readonly issued: Token[];
  /** Those that were not ended; expired ones are among them. */
  readonly standing: Set<Token>;
}

/** What the fake authorization server knows. Whoever changes a record says so through one of the methods here. */
export class World {
  readonly clients: ReadonlyMap<string, Client>;
  readonly #accounts = new Map<string, Account>();
  readonly #families = new Map<string, FamilyTokens>();
  readonly #familiesOf = new Map<string, Family[]>();
  readonly #tokens = new Map<string, Token>();
  readonly #codes = new Map<string, Code>();
  #lastAccount = 0;
  #changed = true;

  constructor(snapshot: WorldSnapshot) {
    this.clients = new Map(snapshot.clients.map((client) => [client.id, client]));
    for (const account of snapshot.accounts) this.addAccount(account);
    for (const family of snapshot.families) this.addFamily(family);
    for (const token of snapshot.tokens) this.addToken(token);
    for (const code of snapshot.codes) this.#codes.set(code.value, code);
  }

  snapshot(): WorldSnapshot {
    return {
      clients: [...this.clients.values()],
      accounts: [...this.#accounts.values()],
      families: [...this.#families.values()].map(({ family }) => family),
      tokens: [...this.#tokens.values()],
      codes: [...this.#codes.values()],
    };
  }

  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  get accounts(): Iterable<Account> {
    return this.#accounts.values();
  }

  account(sub: string): Account | undefined {
    return this.#accounts.get(sub);
  }

  /** A `sub` that no account has, for one that nobody named. */
  unusedSub(): string {
    let sub: string;
    do sub = `account-${++this.#lastAccount}`;
    while (this.#accounts.has(sub));
    return sub;
  }

  addAccount(account: Account): void {
    this.#accounts.set(account.sub, account);
    this.#familiesOf.set(account.sub, []);
    this.#changed = true;
  }

  /** The account's families, oldest first. */
  familiesOf(sub: string): readonly Family[] {
    return this.#familiesOf.get(sub) ?? [];
  }

  family(id: string): Family {
    return this.#tokensOf(id).family;
  }

  /** The family of a token. */
  familyOf(token: Token): Family {
    return this.family(token.family);
  }

  addFamily(family: Family): void {
    this.#families.set(family.id, { family, issued: [], standing: new Set() });
    this.#familiesOf.get(family.sub)?.push(family);
    this.#changed = true;
  }

  /** Ends a family with every token that still lives; those that had expired stay what they are. */
  endFamily(family: Family, why: NonNullable<Family['ended']>, now: number): void {
    family.ended = why;
    for (const token of this.liveTokens(family, now)) this.endToken(token, why, now);
    this.#changed = true;
  }

  countRefresh(family: Family): void {
    family.refreshes += 1;
    this.#changed = true;
  }

  countReuse(family: Family): void {
    family.reuseAttempts += 1;
    this.#changed = true;
  }

  /** A token that was ever issued, whatever became of it. */
  token(value: string): Token | undefined {
    return this.#tokens.get(value);
  }

  /** Every token that a family ever had, oldest first. */
  tokensOf(family: Family): readonly Token[] {
    return this.#tokensOf(family.id).issued;
  }

  /** The tokens that were not ended, expired ones included; a copy, so that they may be ended while walking it. */
  standingTokens(family: Family): Token[] {
    return [...this.#tokensOf(family.id).standing];
  }

  /** The tokens that are good now; a copy. */
  liveTokens(family: Family, now: number): Token[] {
    return this.standingTokens(family).filter((token) => isLive(token, now));
  }

  addToken(token: Token): void {
    const { issued, standing } = this.#tokensOf(token.family);
    this.#tokens.set(token.value, token);
    issued.push(token);
    if (token.ended === null) standing.add(token);
    this.#changed = true;
  }

  endToken(token: Token, why: Ending, now: number): void {
    token.ended = { why, at: now };
    this.#tokensOf(token.family).standing.delete(token);
    this.#changed = true;
  }

  countUse(token: Token): void {
    token.uses += 1;
    this.#changed = true;
  }

  expireToken(token: Token, now: number): void {
    token.expiresAt = Math.min(token.expiresAt ?? now, now);
    this.#changed = true;
  }

  /** Gives a token a later end. */
  prolongToken(token: Token, expiresAt: number): void {
    token.expiresAt = expiresAt;
    this.#changed = true;
  }

  /** A code that was given, be it spent or expired. */
  code(value: string): Code | undefined {
    return this.#codes.get(value);
  }

  /** Adds a code, and forgets those that have expired by now. */
  addCode(code: Code, now: number): void {
    for (const one of this.#codes.values()) if (one.expiresAt <= now) this.#codes.delete(one.value);
    this.#codes.set(code.value, code);
    this.#changed = true;
  }

  spendCode(code: Code, family: Family): void {
    code.family = family.id;
    this.#changed = true;
  }

  #tokensOf(familyId: string): FamilyTokens {
    const found = this.#families.get(familyId);
    if (found === undefined) throw new Error(`There is no family ${familyId}.`);
    return found;
  }
}

/** Whether a token's time is over. */
export function isExpired({ expiresAt }: Token, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

/** Whether a token is good: neither ended nor expired. */
export function isLive(token: Token, now: number): boolean {
  return token.ended === null && !isExpired(token, now);
}
