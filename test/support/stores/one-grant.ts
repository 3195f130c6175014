import assert from 'node:assert/strict';
import type { ExchangeKind, ExchangeName, OpenExchange } from '../../../src/grants/exchange.ts';
import type { GrantView } from '../../../src/grants/grant.ts';
import type { Failure, GrantStore } from '../../../src/grants/storage/grant-store.ts';
import { toProfile } from '../../../src/providers/to-profile.ts';
import type { AccountProfile, Applicant, Obtained } from '../../../src/providers/provider.ts';
import { Secret } from '../../../src/secret.ts';
import type { OpenPlace, StorePlace } from '../../unit/stores/contracts/grants/grant-store-contract.ts';
import { finishObtained } from './scheduled.ts';

export const REALM = 'some-provider https://api.example.com client-1';
export const SUBJECT = 'alice';
export const HOUR_MS = 3_600_000;

export const UNKNOWN: Failure = { answer: { kind: 'unknown', detail: 'nobody knows' }, recoveryPath: 'self' };
export const REJECTED: Failure = { answer: { kind: 'rejected', detail: 'dead' }, recoveryPath: 'self' };
export const ACCOUNT_GONE: Failure = { answer: { kind: 'account_gone', detail: 'gone' }, recoveryPath: 'self' };

/** One subject's grant and two instances that work on it. */
export interface OneGrant extends AsyncDisposable {
  readonly place: StorePlace;
  readonly clock: StorePlace['clock'];
  readonly store: GrantStore;
  readonly otherStore: GrantStore;
  readonly grantId: string;
  /** Opens an exchange on what can be read now. */
  open(
    kind: ExchangeKind,
    presentedId?: number,
    options?: { by?: GrantStore; applicant?: Applicant; accountId?: string },
  ): Promise<OpenExchange>;
  /** As {@link OneGrant.open}, an hour after whoever holds the grant has stopped renewing its lease. */
  takeOver(kind: ExchangeKind, presentedId?: number): Promise<OpenExchange>;
  /** Opens an exchange and finishes it with a credential named after it; a millisecond passes before and after. */
  obtain(name: string, kind?: ExchangeKind, presentedId?: number): Promise<number>;
  view(): Promise<GrantView>;
  /** The name of the current credential. */
  current(): Promise<string | undefined>;
}

/** Opens a place and connects the one subject in it, or another by its key. */
export async function oneGrant(openPlace: OpenPlace, subject = SUBJECT): Promise<OneGrant> {
  const place = await openPlace();
  const { clock } = place;
  const store = await place.open();
  const otherStore = await place.open();
  await store.connect(REALM, subject);
  const view = async () => {
    const found = await store.view(REALM, subject);
    assert.ok(found !== undefined);
    return found;
  };
  const { grantId } = await view();
  const names = new Map<number, ExchangeName>();
  const open: OneGrant['open'] = async (kind, presentedId = 0, { by = store, applicant, accountId } = {}) => {
    const { last } = await by.exchangeStatus(grantId);
    const current = (await by.view(REALM, subject))?.current;
    const intent = { grantId, kind, presented: names.get(presentedId), accountId, last, current };
    const opened = await by.openExchange(applicant === undefined ? intent : { ...intent, applicant });
    assert.ok(opened !== undefined, 'the grant is held');
    names.set(opened.exchangeId, opened);
    return opened;
  };
  return {
    place,
    clock,
    store,
    otherStore,
    grantId,
    open,
    view,
    async takeOver(kind, presentedId) {
      await clock.advance(HOUR_MS);
      return open(kind, presentedId, { by: otherStore });
    },
    async obtain(name, kind = 'recover', presentedId) {
      await clock.advance(1);
      const exchange = await open(kind, presentedId);
      await clock.advance(1);
      await finishObtained(store, exchange, obtained(name));
      await clock.advance(1);
      return exchange.exchangeId;
    },
    current: async () => (await view()).current?.accessToken().reveal(),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

/** A credential whose access token is its name; `refresh-` and its name is its refresh token unless it shall have none. */
export function obtained(
  name: string,
  options: { expiresAt?: number; refresh?: boolean; profile?: AccountProfile } = {},
): Obtained {
  const { expiresAt = Date.UTC(2026, 5, 2), refresh = true, profile } = options;
  return {
    kind: 'obtained',
    tokens: {
      accessToken: new Secret(name),
      expiresAt,
      ...(refresh ? { refreshToken: new Secret(`refresh-${name}`), refreshExpiresAt: Date.UTC(2027, 5, 1) } : {}),
      tokenType: 'Bearer',
    },
    ...(profile === undefined ? {} : { profile }),
  };
}

/** An account of which little is known. */
export function profile(accountId: string, name: string | null = null): AccountProfile {
  return toProfile(accountId, { name })!;
}
