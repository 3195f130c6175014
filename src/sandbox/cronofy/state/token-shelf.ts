import type { Authorization, Token } from './records.ts';

interface AuthorizationTokens {
  readonly authorization: Authorization;
  /** Every token it ever had, oldest first. */
  readonly issued: Token[];
  /** Those that were not ended; expired ones are among them. */
  readonly standing: Set<Token>;
}

/** All authorizations with their tokens, found by id, by account and by a token's value. */
export class TokenShelf {
  readonly #byId = new Map<string, AuthorizationTokens>();
  readonly #bySub = new Map<string, Authorization[]>();
  readonly #tokens = new Map<string, Token>();

  get authorizations(): Authorization[] {
    return [...this.#byId.values()].map(({ authorization }) => authorization);
  }

  get tokens(): Token[] {
    return [...this.#tokens.values()];
  }

  addAuthorization(authorization: Authorization): void {
    this.#byId.set(authorization.id, { authorization, issued: [], standing: new Set() });
    const others = this.#bySub.get(authorization.sub);
    if (others === undefined) this.#bySub.set(authorization.sub, [authorization]);
    else others.push(authorization);
  }

  authorization(id: string): Authorization {
    return this.#at(id).authorization;
  }

  /** Oldest first. */
  authorizationsOf(sub: string): readonly Authorization[] {
    return this.#bySub.get(sub) ?? [];
  }

  add(token: Token): void {
    const { issued, standing } = this.#at(token.authorization);
    this.#tokens.set(token.value, token);
    issued.push(token);
    if (token.ended === null) standing.add(token);
  }

  end(token: Token, ended: NonNullable<Token['ended']>): void {
    token.ended = ended;
    this.#at(token.authorization).standing.delete(token);
  }

  token(value: string): Token | undefined {
    return this.#tokens.get(value);
  }

  /** Oldest first. */
  issued(authorization: Authorization): readonly Token[] {
    return this.#at(authorization.id).issued;
  }

  /** A copy. */
  standing(authorization: Authorization): Token[] {
    return [...this.#at(authorization.id).standing];
  }

  #at(id: string): AuthorizationTokens {
    const found = this.#byId.get(id);
    if (found === undefined) throw new Error(`There is no authorization ${id}.`);
    return found;
  }
}
