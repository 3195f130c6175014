import { TokenWorld } from '../../oauth/token-world.ts';
import type {
  Account,
  Authorization,
  Client,
  Code,
  ElementToken,
  LinkToken,
  Profile,
  Token,
  WorldSnapshot,
} from './records.ts';

/** The state of the fake Cronofy. Every change to a record goes through a method here, which records it. */
export class World extends TokenWorld<Authorization, Token> {
  readonly clients: ReadonlyMap<string, Client>;
  readonly #profiles = new Map<string, Profile>();
  readonly #accounts = new Map<string, Account>();
  readonly #applicationCalendars = new Map<string, Account>();
  readonly #codes = new Map<string, Code>();
  readonly #elementTokens: ElementToken[];
  readonly #linkTokens = new Map<string, LinkToken>();

  constructor(snapshot: WorldSnapshot) {
    super(({ authorization }) => authorization);
    this.clients = new Map(snapshot.clients.map((client) => [client.id, client]));
    for (const profile of snapshot.profiles) this.addProfile(profile);
    for (const account of snapshot.accounts) this.addAccount(account);
    for (const authorization of snapshot.authorizations) this.addFamily(authorization);
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
      authorizations: this.families,
      tokens: this.tokens,
      codes: [...this.#codes.values()],
      elementTokens: this.#elementTokens,
      linkTokens: [...this.#linkTokens.values()],
    };
  }

  setSecret(client: Client, secret: string): void {
    client.secret = secret;
    this.noteChange();
  }

  /** The profiles of people, oldest first. */
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
    this.noteChange();
  }

  setConnected(profile: Profile, connected: boolean): void {
    profile.connected = connected;
    this.noteChange();
  }

  get accounts(): Iterable<Account> {
    return this.#accounts.values();
  }

  account(sub: string): Account | undefined {
    return this.#accounts.get(sub);
  }

  /** The application calendar that a client knows under `id`. */
  applicationCalendar(client: Client, id: string): Account | undefined {
    return this.#applicationCalendars.get(calendarKey(client.id, id));
  }

  addAccount(account: Account): void {
    this.#accounts.set(account.sub, account);
    const calendar = account.applicationCalendar;
    if (calendar !== null) this.#applicationCalendars.set(calendarKey(calendar.clientId, calendar.id), account);
    this.noteChange();
  }

  /** Links a profile to an account, unless it is linked already. */
  linkProfile(account: Account, profile: Profile): void {
    if (account.profiles.includes(profile.id)) return;
    account.profiles.push(profile.id);
    this.noteChange();
  }

  /** The account's current consent to a client, if there is one. */
  standingAuthorization(client: Client, sub: string): Authorization | undefined {
    return this.familiesOf(sub).find(({ clientId, ended }) => clientId === client.id && ended === null);
  }

  /** Changes fields of an authorization. */
  changeAuthorization(authorization: Authorization, changed: Partial<Omit<Authorization, 'ended'>>): void {
    Object.assign(authorization, changed);
    this.noteChange();
  }

  /** Ends an authorization and all its live tokens, unless it has ended before. */
  endAuthorization(authorization: Authorization, why: NonNullable<Authorization['ended']>, now: number): void {
    if (authorization.ended === null) this.endFamily(authorization, why, now);
  }

  code(value: string): Code | undefined {
    return this.#codes.get(value);
  }

  addCode(code: Code): void {
    this.#codes.set(code.value, code);
    this.noteChange();
  }

  redeemCode(code: Code, authorization: Authorization): void {
    code.redeemedFor = authorization.id;
    this.noteChange();
  }

  /** The authorization that a redeemed code gave. */
  broughtBy(code: Code): Authorization | undefined {
    return code.redeemedFor === null ? undefined : this.family(code.redeemedFor);
  }

  get elementTokens(): readonly ElementToken[] {
    return this.#elementTokens;
  }

  addElementToken(elementToken: ElementToken): void {
    this.#elementTokens.push(elementToken);
    this.noteChange();
  }

  linkToken(value: string): LinkToken | undefined {
    return this.#linkTokens.get(value);
  }

  addLinkToken(linkToken: LinkToken): void {
    this.#linkTokens.set(linkToken.value, linkToken);
    this.noteChange();
  }

  useLinkToken(linkToken: LinkToken): void {
    this.#linkTokens.delete(linkToken.value);
    this.noteChange();
  }
}

function calendarKey(clientId: string, id: string): string {
  return JSON.stringify([clientId, id]);
}
