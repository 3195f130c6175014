import { systemClock as clock } from '../../src/composition/system-clock.ts';
import { Secret } from '../../src/secret.ts';
import type { ExchangeKind } from '../../src/grants/exchange.ts';
import { renewalSchedule } from '../../src/grants/rules/renewal-schedule.ts';
import type { GrantStore } from '../../src/grants/storage/grant-store.ts';

const HOUR_MS = 3_600_000;

/** As long as those of providers that sign theirs. */
const FILLING = 'x'.repeat(280);

/** How long one refresh took the store, in milliseconds. */
export interface StoredExchange {
  readonly openMs: number;
  readonly leaseMs: number;
  readonly finishMs: number;
  readonly accessToken: Secret;
}

/**
 * Has the store do what a refresh of one subject's grant takes, its tokens made up here.
 *
 * @throws Error where somebody holds the grant
 */
export async function exchangeOnce(
  store: GrantStore,
  { realm, subject, kind }: { realm: string; subject: string; kind: ExchangeKind },
): Promise<StoredExchange> {
  const view = await store.view(realm, subject);
  if (view === undefined) throw new Error(`Nobody connected ${subject}.`);
  const { grantId, current } = view;
  const { last } = await store.exchangeStatus(grantId);
  const presented = kind === 'refresh' ? current : undefined;
  const begun = performance.now();
  const exchange = await store.openExchange({ grantId, kind, presented, last, current });
  const opened = performance.now();
  if (exchange === undefined) throw new Error(`Somebody holds the grant of ${subject}.`);
  await store.renewLease(exchange);
  const leased = performance.now();
  const accessToken = new Secret(`a.${subject}.${exchange.nonce}.${FILLING}`);
  const tokens = {
    accessToken,
    // What the instant provider takes.
    refreshToken: new Secret(`r.${subject}.0.${FILLING}`),
    expiresAt: clock.now() + HOUR_MS,
    refreshExpiresAt: clock.now() + 24 * 300 * HOUR_MS,
    tokenType: 'Bearer',
  };
  const schedule = renewalSchedule(exchange.nonce, clock.now(), tokens);
  await store.finishObtained(exchange, { kind: 'obtained', tokens }, schedule);
  const finished = performance.now();
  return { openMs: opened - begun, leaseMs: leased - opened, finishMs: finished - leased, accessToken };
}

/** Connects these subjects and gives each a grant by two real exchanges, so that its tokens open. */
export async function makeRealGrants(store: GrantStore, realm: string, subjects: readonly string[]): Promise<void> {
  for (const subject of subjects) {
    await store.connect(realm, subject);
    await exchangeOnce(store, { realm, subject, kind: 'provision' });
    await exchangeOnce(store, { realm, subject, kind: 'refresh' });
  }
}
