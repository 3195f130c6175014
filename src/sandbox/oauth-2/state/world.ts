import { TokenWorld } from '../../oauth/token-world.ts';
import type { Account, Client, Code, Family, Token, WorldSnapshot } from './records.ts';

/**
 * The state of the fake authorization server. Every change to a record goes through a method here, which records it.
 */
export class World extends TokenWorld<Family, Token> {
  readonly clients: ReadonlyMap<string, Client>;
  readonly #accounts = new Map<string, Account>();
  readonly #codes = new Map<string, Code>();
  #lastAccount = 0;

  constructor(snapshot: WorldSnapshot) {
    super(({ family }) => family);
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
      families: this.families,
      tokens: this.tokens,
      codes: [...this.#codes.values()],
    };
  }

  get accounts(): Iterable<Account> {
    return this.#accounts.values();
  }

  account(sub: string): Account | undefined {
    return this.#accounts.get(sub);
  }

  /** An unused `sub`, for an account created without a name. */
  unusedSub(): string {
    let sub: string;
    do sub = `account-${++this.#lastAccount}`;
    while (this.#accounts.has(sub));
    return sub;
  }

  addAccount(account: Account): void {
    this.#accounts.set(account.sub, account);
    this.noteChange();
  }

  countRefresh(family: Family): void {
    family.refreshes += 1;
    this.noteChange();
  }

  countReuse(family: Family): void {
    family.reuseAttempts += 1;
    this.noteChange();
  }

  /** Extends a token's lifetime. */
  prolongToken(token: Token, expiresAt: number): void {
    token.expiresAt = expiresAt;
    this.noteChange();
  }

  /** A code that was issued, spent or expired ones included. */
  code(value: string): Code | undefined {
    return this.#codes.get(value);
  }

  /** Adds a code, and removes codes that have expired by `now` (Unix ms). */
  addCode(code: Code, now: number): void {
    for (const one of this.#codes.values()) if (one.expiresAt <= now) this.#codes.delete(one.value);
    this.#codes.set(code.value, code);
    this.noteChange();
  }

  spendCode(code: Code, family: Family): void {
    code.family = family.id;
    this.noteChange();
  }
}
