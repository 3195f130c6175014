import assert from 'node:assert/strict';
import type { ExchangeKind, ExchangeName, OpenExchange } from '../../../src/grants/exchange.ts';
import { renewalSchedule, type Schedule } from '../../../src/grants/rules/renewal-schedule.ts';
import type { Failure, GrantStore } from '../../../src/grants/storage/grant-store.ts';
import type { UpkeepStore } from '../../../src/grants/storage/upkeep-store.ts';
import { Secret } from '../../../src/secret.ts';
import { HOUR_MS, REALM } from './one-grant.ts';
import type { SqlPlace } from './sql-place.ts';

export const OTHER_REALM = 'another-provider https://api.example.org client-9';
export const DAY_MS = 24 * HOUR_MS;

/** What an answer brings, and when; the lives in milliseconds. */
export interface Wish {
  readonly realm?: string;
  readonly kind?: ExchangeKind;
  readonly presentedId?: number;
  readonly lifeMs?: number;
  /** Undefined for a refresh token that never lapses. */
  readonly refreshLifeMs?: number;
  readonly refresh?: boolean;
}

/** A credential that was obtained, and when upkeep should see to it. */
export interface Given extends Schedule {
  readonly exchangeId: number;
  readonly grantId: string;
  readonly expiresAt: number;
  readonly token: string;
}

/** How to forget. */
export interface ForgetOptions {
  readonly by?: UpkeepStore;
  /** The most facts of a kind that one bite looks at, and the most bites. */
  readonly limit?: number;
  readonly bites?: number;
  /** Tokens that ended before this may be forgotten; epoch milliseconds. */
  readonly tokensBefore?: number;
  /** How long a grant is kept that has nothing left, in milliseconds; and the realms of which none is for longer. */
  readonly lostMs?: number;
  readonly irreparable?: readonly string[];
}

/** A database, and the words for grants of several subjects in it. */
export interface UpkeepScene extends AsyncDisposable {
  readonly place: SqlPlace;
  readonly clock: SqlPlace['clock'];
  readonly store: GrantStore;
  readonly upkeep: UpkeepStore;
  /** Those of another instance. */
  readonly other: { readonly grants: GrantStore; readonly upkeep: UpkeepStore };
  open(subject: string, wish?: Wish): Promise<OpenExchange>;
  obtain(subject: string, wish?: Wish): Promise<Given>;
  /** As {@link UpkeepScene.obtain}, for an exchange that is open already. */
  finish(exchange: OpenExchange, wish?: Wish): Promise<Given>;
  fail(subject: string, failure: Failure, wish?: Wish): Promise<void>;
  /** The subjects of what is due. */
  due(realm?: string, limit?: number): Promise<string[]>;
  /** The subjects of what lapses. */
  lapsing(realm?: string, limit?: number): Promise<string[]>;
  /** Forgets what is from before a point in time, in epoch milliseconds, bite by bite to the end; gives how many rows. */
  forget(before: number, options?: ForgetOptions): Promise<number>;
  /** Moves on to a point in time, in epoch milliseconds. */
  goTo(at: number): Promise<void>;
}

export async function upkeepScene(openPlace: () => Promise<SqlPlace>): Promise<UpkeepScene> {
  const place = await openPlace();
  const { clock } = place;
  const { grants: store, upkeep } = await place.openAll();
  const other = await place.openAll();
  const names = new Map<string, ExchangeName>();
  const open: UpkeepScene['open'] = async (subject, { realm = REALM, kind = 'provision', presentedId } = {}) => {
    await store.connect(realm, subject);
    const view = await store.view(realm, subject);
    assert.ok(view !== undefined);
    const { grantId, current } = view;
    const { last } = await store.exchangeStatus(grantId);
    const presented = presentedId === undefined ? undefined : names.get(`${grantId} ${presentedId}`);
    const exchange = await store.openExchange({ grantId, kind, presented, last, current });
    assert.ok(exchange !== undefined, 'the grant is held');
    names.set(`${grantId} ${exchange.exchangeId}`, exchange);
    return exchange;
  };
  const finish: UpkeepScene['finish'] = async (exchange, wish = {}) => {
    const { lifeMs = HOUR_MS, refreshLifeMs, refresh = true } = wish;
    const { exchangeId, grantId } = exchange;
    const expiresAt = clock.now() + lifeMs;
    const refreshExpiresAt = refreshLifeMs === undefined ? undefined : clock.now() + refreshLifeMs;
    const token = `access-${grantId}-${exchangeId}`;
    const tokens = {
      accessToken: new Secret(token),
      expiresAt,
      tokenType: 'Bearer',
      ...(refresh ? { refreshToken: new Secret(`refresh-${grantId}-${exchangeId}`) } : {}),
      ...(refreshExpiresAt === undefined ? {} : { refreshExpiresAt }),
    };
    const schedule = renewalSchedule(exchange.nonce, clock.now(), tokens);
    await store.finishObtained(exchange, { kind: 'obtained', tokens }, schedule);
    return { exchangeId, grantId, expiresAt, token, ...schedule };
  };
  return {
    place,
    clock,
    store,
    upkeep,
    other,
    open,
    finish,
    obtain: async (subject, wish) => finish(await open(subject, wish), wish),
    fail: async (subject, failure, wish) => {
      await store.finishFailed(await open(subject, wish), failure);
    },
    due: async (realm = REALM, limit = 100) => (await upkeep.due(realm, limit)).map(({ subject }) => subject),
    lapsing: async (realm = REALM, limit = 100) => (await upkeep.lapsing(realm, limit)).map(({ subject }) => subject),
    forget: async (before, options = {}) => {
      const { by = upkeep, limit = 500, bites = 1_000, tokensBefore = before } = options;
      const { lostMs = 180 * DAY_MS, irreparable = [REALM] } = options;
      const now = clock.now();
      const retention = { factsMs: now - before, tokensMs: now - tokensBefore, lostMs, irreparable };
      let count = 0;
      for (let bite = 0; bite < bites; bite++) {
        const forgotten = await by.forget(retention, limit);
        assert.ok(forgotten.kind === 'forgotten', 'another instance is at it');
        count += forgotten.count;
        if (!forgotten.isMore) break;
      }
      return count;
    },
    goTo: (at) => clock.advance(at - clock.now()),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}
