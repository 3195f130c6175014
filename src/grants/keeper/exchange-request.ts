import type { Applicant, Provider } from '../../providers/provider.ts';
import type { ExchangeKind } from '../exchange.ts';
import type { GrantView } from '../grant.ts';
import type { Step } from '../rules/next-step.ts';
import type { ExchangeRequest } from './perform-exchange.ts';
import type { GrantStore } from '../storage/grant-store.ts';

/** A step that calls the provider. */
export type ExchangeStep = Extract<Step, { do: ExchangeKind }>;

/** The provider to ask, and on whose behalf. */
interface Asker {
  readonly provider: Provider;
  readonly subject: string;
  readonly applicant: Applicant | undefined;
}

/** The request for a step; undefined if an account must be created and its e-mail address is missing. */
export async function exchangeRequestFor(
  store: GrantStore,
  { provider, subject, applicant }: Asker,
  { grantId }: GrantView,
  step: ExchangeStep,
): Promise<ExchangeRequest | undefined> {
  if (step.do === 'refresh') return { kind: 'refresh', refreshToken: step.refreshToken };
  if (step.do === 'recover') {
    const account = await store.account(provider.realm, subject);
    const createdAt = account?.profile?.createdAt ?? null;
    // Only imports have an account without a profile. If another account has appeared since, it is not vouched for.
    const vouched = account?.accountId === step.accountId && account.profile === undefined;
    return { kind: 'recover', account: { accountId: step.accountId, subject, createdAt, vouched } };
  }
  const standing = (await store.standingApplicant(grantId)) ?? applicant ?? { subject, timeZone: 'UTC' };
  if (provider.needsEmail === true && standing.email === undefined) return undefined;
  return { kind: 'provision', applicant: standing };
}
