import type { GrantEvent } from '../../../src/grants/events.ts';
import type { OpenExchange } from '../../../src/grants/exchange.ts';
import type { ObtainedAccount } from '../../../src/grants/storage/link-store.ts';
import type { ImportedGrant, ScheduledImport } from '../../../src/grants/storage/import-store.ts';
import { renewalSchedule, type Schedule } from '../../../src/grants/rules/renewal-schedule.ts';
import type { GrantStore } from '../../../src/grants/storage/grant-store.ts';
import type { Obtained } from '../../../src/providers/provider.ts';

/** Stores an answer as the heart does, with the schedule of one that came the moment its exchange was opened. */
export function finishObtained(
  store: GrantStore,
  exchange: OpenExchange,
  answer: Obtained,
): Promise<GrantEvent | undefined> {
  return store.finishObtained(exchange, answer, renewalSchedule(exchange.nonce, exchange.openedAt, answer.tokens));
}

/** The answer to a consent, with the schedule of tokens that have lived for no time yet. */
export function scheduledAnswer(answer: ObtainedAccount): {
  answer: ObtainedAccount;
  schedule: Schedule;
  needsRefreshToken: boolean;
} {
  const schedule = renewalSchedule(answer.profile.accountId, answer.tokens.expiresAt, answer.tokens);
  return { answer, schedule, needsRefreshToken: true };
}

/** An import with a schedule of its own, whatever else is said of it. */
export function scheduledImport(grant: ImportedGrant): ScheduledImport {
  const expiresAt = grant.access?.expiresAt ?? 0;
  return {
    ...grant,
    schedule: renewalSchedule(grant.subject, expiresAt, { expiresAt, refreshExpiresAt: grant.refresh?.expiresAt }),
  };
}
