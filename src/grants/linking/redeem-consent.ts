import type { Authorization } from '../../providers/authorization.ts';
import type { AccountProfile, ExchangeResult, Obtained } from '../../providers/provider.ts';
import type { Clock } from '../clock.ts';
import { clientRefused, KeeperError } from '../errors.ts';
import { unpackCode } from './brought-code.ts';
import { LinkError } from './link-error.ts';
import type { TakenLink, LinkStore, ObtainedAccount } from '../storage/link-store.ts';
import { untilDeadline } from '../keeper/until-deadline.ts';

/** The dependencies of redeeming a consent. */
export interface ConsentDependencies {
  readonly store: LinkStore;
  readonly clock: Clock;
  /** The redirect URI that the provider was given when the browser left. */
  readonly redirectUri: (provider: string) => string;
}

/** A consent that came back from a provider. */
export interface Consent {
  /** The provider's name. */
  readonly provider: string;
  readonly authorization: Authorization;
  readonly link: TakenLink;
}

/** How long and how often to try storing what a code obtained, in milliseconds. */
const KEEP_PATIENCE = { patienceMs: 30_000, pauseMs: 500 };
const BUSY_MS = 5_000;

/**
 * Redeems the code of a consent and identifies the account. What an earlier attempt obtained is not requested again. If
 * the same call may succeed later, the link is put back; otherwise it ends.
 *
 * @throws {@link LinkError} `link_failed`
 * @throws {@link KeeperError} if the same call may succeed later
 */
export async function redeemConsent(means: ConsentDependencies, consent: Consent): Promise<ObtainedAccount> {
  const answer = consent.link.answer ?? (await redeemed(means, consent));
  return { ...answer, profile: answer.profile ?? (await identified(means, consent, answer)) };
}

/**
 * The error for a provider that does not answer properly while an account is being linked.
 *
 * @param retryAfterMs when to retry, in milliseconds from now
 */
export function notAnsweredProperly(retryAfterMs = BUSY_MS, cause?: Error): KeeperError {
  return new KeeperError('upstream_unavailable', 'The provider does not answer properly. Try again later.', {
    retryAfterMs,
    cause,
  });
}

async function redeemed(means: ConsentDependencies, { provider, authorization, link }: Consent): Promise<Obtained> {
  const { store } = means;
  const { codeVerifier } = link;
  const { code, more } = unpackCode(link.code);
  const answer = await authorization.redeem({
    code,
    callback: more,
    redirectUri: authorization.redirectUri ?? means.redirectUri(provider),
    codeVerifier: authorization.usesPkce ? codeVerifier : undefined,
  });
  if (answer.kind === 'obtained') {
    await keep(means, link, answer);
    return answer;
  }
  if (isUnspent(answer)) {
    await store.putBack(link);
    throw answer.kind === 'client_refused' ? clientRefused(undefined) : notAnsweredProperly(retryAfterMs(answer));
  }
  if (await store.end(link)) throw new LinkError('link_failed', 'cause' in answer ? { cause: answer.cause } : {});
  // The previous holder has redeemed the code, and its answer has just been stored.
  await store.putBack(link);
  throw notAnsweredProperly();
}

/** Whether the code can still be redeemed. */
function isUnspent(answer: ExchangeResult): boolean {
  return answer.kind === 'not_sent' || answer.kind === 'throttled' || answer.kind === 'client_refused';
}

function retryAfterMs(answer: ExchangeResult): number | undefined {
  return answer.kind === 'throttled' ? answer.retryAfterMs : undefined;
}

/** A code can be redeemed only once, so its tokens must be stored before anything else can fail. */
async function keep({ store, clock }: ConsentDependencies, link: TakenLink, answer: Obtained): Promise<void> {
  const isKept = await untilDeadline(() => store.keep(link, answer), { clock, ...KEEP_PATIENCE });
  if (!isKept)
    throw new LinkError('link_failed', { cause: new Error('The link was over before the provider answered.') });
}

async function identified(
  { store }: ConsentDependencies,
  { provider, authorization, link }: Consent,
  answer: Obtained,
): Promise<AccountProfile> {
  const found = await authorization.identify(answer.tokens.accessToken);
  if (found.kind === 'known') return { accountId: found.accountId ?? `consent-${link.id}`, ...found.shown };
  const cause = new Error(`${provider}: ${found.detail}`);
  if (found.kind === 'unreachable') {
    await store.putBack(link);
    throw notAnsweredProperly(BUSY_MS, cause);
  }
  await store.giveUp(link);
  throw new LinkError('link_failed', { cause });
}
