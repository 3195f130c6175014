import type {
  Account,
  Authorization,
  Client,
  Code,
  ElementToken,
  Ending,
  LinkToken,
  Profile,
  Token,
  WorldSnapshot,
} from './records.ts';
import { TokenShelf } from './token-shelf.ts';

/** What the fake Cronofy knows. Whoever changes a record says so through one of the methods here. */
export class World {
  readonly clients: ReadonlyMap<string, Client>;
  readonly #profiles = new Map<string, Profile>();
  readonly #accounts = new Map<string, Account>();
  readonly #applicationCalendars = new Map<string, Account>();
  readonly #shelf = new TokenShelf();
  readonly #codes = new Map<string, Code>();
  readonly #elementTokens: ElementToken[];
  readonly #linkTokens = new Map<string, LinkToken>();
  #changed = true;

  constructor(snapshot: WorldSnapshot) {
    this.clients = new Map(snapshot.clients.map((client) => [client.id, client]));
    for (const profile of snapshot.profiles) this.addProfile(profile);
    for (const account of snapshot.accounts) this.addAccount(account);
    for (const authorization of snapshot.authorizations) this.addAuthorization(authorization);
    for (const token of snapshot.tokens) this.addToken(token);
    for (const code of snapshot.codes) this.addCode(code);
    this.#elementTokens = [...snapshot.elementTokens];
    for (const linkToken of snapshot.linkTokens) this.addLinkToken(linkToken);
  }

  snapshot(): WorldSnapshot {
    return {
      clients: [...this.clients.values()],
      profiles: [...this.#profiles.values()],
      accounts: [...this.#accounts.values()],
      authorizations: this.#shelf.authorizations,
      tokens: this.#shelf.tokens,
      codes: [...this.#codes.values()],
      elementTokens: this.#elementTokens,
      linkTokens: [...this.#linkTokens.values()],
    };
  }

  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  setSecret(client: Client, secret: string): void {
    client.secret = secret;
    this.#changed = true;
  }

  /** Those of persons, oldest first. */
  get profiles(): IteratorObject<Profile> {
    return this.#profiles.values().filter(({ providerName }) => providerName !== 'cronofy');
  }

  profile(id: string): Profile | undefined {
    return this.#profiles.get(id);
  }

  profilesOf(account: Account): Profile[] {
    return account.profiles.flatMap((id) => this.#profiles.get(id) ?? []);
  }

  addProfile(profile: Profile): void {
    this.#profiles.set(profile.id, profile);
    this.#changed = true;
  }

  setConnected(profile: Profile, connected: boolean): void {
    profile.connected = connected;
    this.#changed = true;
  }

  get accounts(): Iterable<Account> {
    return this.#accounts.values();
  }

  account(sub: string): Account | undefined {
    return this.#accounts.get(sub);
  }

  /** The account that a client knows by a word of its own. */
  applicationCalendar(client: Client, id: string): Account | undefined {
    return this.#applicationCalendars.get(calendarKey(client.id, id));
  }

  addAccount(account: Account): void {
    this.#accounts.set(account.sub, account);
    const calendar = account.applicationCalendar;
    if (calendar !== null) this.#applicationCalendars.set(calendarKey(calendar.clientId, calendar.id), account);
    this.#changed = true;
  }

  /** Links a profile to an account, if it was not. */
  linkProfile(account: Account, profile: Profile): void {
    if (account.profiles.includes(profile.id)) return;
    account.profiles.push(profile.id);
    this.#changed = true;
  }

  /** The account's authorizations, oldest first. */
  authorizationsOf(sub: string): readonly Authorization[] {
    return this.#shelf.authorizationsOf(sub);
  }

  /** The account's present consent to a client, if there is one. */
  standingAuthorization(client: Client, sub: string): Authorization | undefined {
    return this.authorizationsOf(sub).find(({ clientId, ended }) => clientId === client.id && ended === null);
  }

  authorizationOf(token: Token): Authorization {
    return this.#shelf.authorization(token.authorization);
  }

  addAuthorization(authorization: Authorization): void {
    this.#shelf.addAuthorization(authorization);
    this.#changed = true;
  }

  /** Changes some of an authorization's fields. */
  changeAuthorization(authorization: Authorization, changed: Partial<Omit<Authorization, 'ended'>>): void {
    Object.assign(authorization, changed);
    this.#changed = true;
  }

  /** Ends an authorization with every token that still lives; those that had expired stay what they are. */
  endAuthorization(authorization: Authorization, why: NonNullable<Authorization['ended']>, now: number): void {
    if (authorization.ended !== null) return;
    authorization.ended = why;
    for (const token of this.liveTokens(authorization, now)) this.endToken(token, why, now);
    this.#changed = true;
  }

  /** A token that was ever issued, whatever became of it. */
  token(value: string): Token | undefined {
    return this.#shelf.token(value);
  }

  /** Every token that an authorization ever had, oldest first. */
  tokensOf(authorization: Authorization): readonly Token[] {
    return this.#shelf.issued(authorization);
  }

  /** The tokens that were not ended, expired ones included; a copy, so that they may be ended while walking it. */
  standingTokens(authorization: Authorization): Token[] {
    return this.#shelf.standing(authorization);
  }

  /** The tokens that are good now; a copy. */
  liveTokens(authorization: Authorization, now: number): Token[] {
    return this.standingTokens(authorization).filter((token) => isLive(token, now));
  }

  addToken(token: Token): void {
    this.#shelf.add(token);
    this.#changed = true;
  }

  endToken(token: Token, why: Ending, now: number): void {
    this.#shelf.end(token, { why, at: now });
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

  code(value: string): Code | undefined {
    return this.#codes.get(value);
  }

  addCode(code: Code): void {
    this.#codes.set(code.value, code);
    this.#changed = true;
  }

  redeemCode(code: Code, authorization: Authorization): void {
    code.redeemedFor = authorization.id;
    this.#changed = true;
  }

  /** The authorization that a redeemed code brought. */
  broughtBy(code: Code): Authorization | undefined {
    return code.redeemedFor === null ? undefined : this.#shelf.authorization(code.redeemedFor);
  }

  get elementTokens(): readonly ElementToken[] {
    return this.#elementTokens;
  }

  addElementToken(elementToken: ElementToken): void {
    this.#elementTokens.push(elementToken);
    this.#changed = true;
  }

  linkToken(value: string): LinkToken | undefined {
    return this.#linkTokens.get(value);
  }

  addLinkToken(linkToken: LinkToken): void {
    this.#linkTokens.set(linkToken.value, linkToken);
    this.#changed = true;
  }

  useLinkToken(linkToken: LinkToken): void {
    this.#linkTokens.delete(linkToken.value);
    this.#changed = true;
  }
}

function calendarKey(clientId: string, id: string): string {
  return JSON.stringify([clientId, id]);
}

/** Whether a token's time is over. */
export function isExpired({ expiresAt }: Token, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

/** Whether a token is good: neither ended nor expired. */
export function isLive(token: Token, now: number): boolean {
  return token.ended === null && !isExpired(token, now);
}
