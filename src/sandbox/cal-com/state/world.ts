import type { AuthorizationCode, ThirdPartyClient } from './oauth-records.ts';
import type { EventType, OAuthClient, Schedule, Token, User, WorldSnapshot } from './records.ts';

/** The state of the fake Cal.com. Every change to a record goes through a method here, which records it. */
export class World {
  readonly signingKey: string;
  readonly clients: ReadonlyMap<string, OAuthClient>;
  readonly thirdPartyClients: ReadonlyMap<string, ThirdPartyClient>;
  readonly apiKeys: ReadonlyMap<string, number>;
  readonly #users: Map<number, User>;
  readonly #usersByEmail: Map<string, User>;
  readonly #tokens: Map<string, Token>;
  readonly #rows: Set<Token>;
  readonly #codes: Map<string, AuthorizationCode>;
  #schedules: Schedule[];
  #eventTypes: EventType[];
  #lastId: number;
  #changed = true;

  constructor(snapshot: WorldSnapshot) {
    this.signingKey = snapshot.signingKey;
    this.#lastId = snapshot.lastId;
    this.clients = new Map(snapshot.clients.map((client) => [client.id, client]));
    this.thirdPartyClients = new Map(snapshot.oauth.clients.map((client) => [client.id, client]));
    this.apiKeys = new Map(snapshot.apiKeys.map(({ key, userId }) => [key, userId]));
    this.#users = new Map(snapshot.users.map((user) => [user.id, user]));
    this.#usersByEmail = new Map(snapshot.users.map((user) => [user.email, user]));
    this.#schedules = snapshot.schedules;
    this.#eventTypes = snapshot.eventTypes;
    this.#tokens = new Map(snapshot.tokens.map((token) => [token.value, token]));
    this.#rows = new Set(snapshot.tokens.filter((token) => token.fate === 'live'));
    this.#codes = new Map(snapshot.oauth.codes.map((code) => [code.value, code]));
  }

  snapshot(): WorldSnapshot {
    return {
      signingKey: this.signingKey,
      lastId: this.#lastId,
      clients: [...this.clients.values()],
      apiKeys: [...this.apiKeys].map(([key, userId]) => ({ key, userId })),
      users: [...this.#users.values()],
      schedules: this.#schedules,
      eventTypes: this.#eventTypes,
      tokens: [...this.#tokens.values()],
      oauth: { clients: [...this.thirdPartyClients.values()], codes: [...this.#codes.values()] },
    };
  }

  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** An unused number for a user, a schedule or an event type. */
  nextId(): number {
    this.#changed = true;
    return ++this.#lastId;
  }

  get users(): Iterable<User> {
    return this.#users.values();
  }

  user(id: number): User | undefined {
    return this.#users.get(id);
  }

  userByEmail(email: string): User | undefined {
    return this.#usersByEmail.get(email);
  }

  /** Adds a user, or replaces the one with the same id. */
  putUser(user: User): void {
    const former = this.#users.get(user.id);
    if (former !== undefined) this.#usersByEmail.delete(former.email);
    this.#users.set(user.id, user);
    this.#usersByEmail.set(user.email, user);
    this.#changed = true;
  }

  /** Removes a user and everything that belongs to it. */
  deleteUser(user: User): void {
    this.#users.delete(user.id);
    this.#usersByEmail.delete(user.email);
    this.#schedules = this.#schedules.filter((schedule) => schedule.userId !== user.id);
    this.#eventTypes = this.#eventTypes.filter((eventType) => eventType.userId !== user.id);
    for (const token of this.liveTokens()) if (token.userId === user.id) this.endToken(token, 'deleted');
    this.#changed = true;
  }

  schedulesOf(userId: number): Schedule[] {
    return this.#schedules.filter((schedule) => schedule.userId === userId);
  }

  addSchedule(schedule: Schedule): void {
    this.#schedules.push(schedule);
    this.#changed = true;
  }

  eventTypesOf(userId: number): EventType[] {
    return this.#eventTypes.filter((eventType) => eventType.userId === userId);
  }

  addEventType(eventType: EventType): void {
    this.#eventTypes.push(eventType);
    this.#changed = true;
  }

  /** A code that was issued and not presented, expired or not. */
  code(value: string): AuthorizationCode | undefined {
    return this.#codes.get(value);
  }

  /** Adds a code, and removes codes that have expired by `now` (Unix ms). */
  addCode(code: AuthorizationCode, now: number): void {
    for (const one of this.#codes.values()) if (one.expiresAt <= now) this.#codes.delete(one.value);
    this.#codes.set(code.value, code);
    this.#changed = true;
  }

  removeCode(code: AuthorizationCode): void {
    this.#codes.delete(code.value);
    this.#changed = true;
  }

  /** A token ever issued, in any state. */
  token(value: string): Token | undefined {
    return this.#tokens.get(value);
  }

  /** Every token ever issued, oldest first. */
  get tokens(): Iterable<Token> {
    return this.#tokens.values();
  }

  /** A copy of the tokens whose rows exist, including expired ones, so that callers can end tokens while iterating. */
  liveTokens(): Token[] {
    return [...this.#rows];
  }

  addToken(token: Token): void {
    this.#tokens.set(token.value, token);
    this.#rows.add(token);
    this.#changed = true;
  }

  endToken(token: Token, fate: 'used' | 'deleted' | 'purged'): void {
    token.fate = fate;
    this.#rows.delete(token);
    this.#changed = true;
  }

  countUse(token: Token): void {
    token.uses += 1;
    this.#changed = true;
  }

  expireToken(token: Token, now: number): void {
    token.expiresAt = Math.min(token.expiresAt, now);
    this.#changed = true;
  }
}
