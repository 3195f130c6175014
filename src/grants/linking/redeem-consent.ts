import type { Authorization } from '../../providers/authorization.ts';
import type { AccountProfile, ExchangeResult, Obtained } from '../../providers/provider.ts';
import type { Clock } from '../clock.ts';
import { clientRefused, KeeperError } from '../errors.ts';
import { unpackCode } from './brought-code.ts';
import { namedConnection } from '../connection-key.ts';
import { LinkError } from './link-error.ts';
import type { GrantObserver } from '../observer.ts';
import type { TakenLink, LinkStore, ObtainedAccount } from '../storage/link-store.ts';
import { untilDeadline } from '../keeper/until-deadline.ts';

/** The dependencies of redeeming a consent. */
export interface ConsentDependencies {
  readonly store: LinkStore;
  readonly clock: Clock;
  /** The redirect URI that the provider was given when the browser left. */
  readonly redirectUri: (provider: string) => string;
  readonly observer: Pick<GrantObserver, 'failed'>;
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
  tell(means, { provider, link }, answer);
  if (isUnspent(answer)) {
    await store.putBack(link);
    throw answer.kind === 'client_refused'
      ? clientRefused(answer.retryAfterMs)
      : notAnsweredProperly(retryAfterMs(answer));
  }
  if (await store.end(link)) throw new LinkError('link_failed', 'cause' in answer ? { cause: answer.cause } : {});
  // The previous holder has redeemed the code, and its answer has just been stored.
  await store.putBack(link);
  throw notAnsweredProperly();
}

/** Tells the operator why a consent gave no tokens; the person only hears that it did not work. */
function tell(
  { observer }: ConsentDependencies,
  { provider, link }: Pick<Consent, 'provider' | 'link'>,
  answer: Exclude<ExchangeResult, Obtained>,
): void {
  const detail = answer.kind === 'account_exists' ? answer.kind : answer.detail;
  const cause = new Error(detail, 'cause' in answer ? { cause: answer.cause } : {});
  observer.failed(
    `${provider} gave no tokens for the consent of ${namedConnection(link.subject).subject} (${answer.kind})`,
    cause,
  );
}

/**
 * Whether the code can still be redeemed: it was not sent, or the provider says that it has not processed the request. A
 * code whose answer never came may be used up, and is not presented again.
 */
function isUnspent(answer: ExchangeResult): boolean {
  if (answer.kind === 'unknown') return answer.unprocessed === true;
  return answer.kind === 'not_sent' || answer.kind === 'throttled' || answer.kind === 'client_refused';
}

function retryAfterMs(answer: ExchangeResult): number | undefined {
  return 'retryAfterMs' in answer ? answer.retryAfterMs : undefined;
}

/** A code can be redeemed only once, so its tokens must be stored before anything else can fail. */
async function keep({ store, clock }: ConsentDependencies, link: TakenLink, answer: Obtained): Promise<void> {
  const isKept = await untilDeadline(() => store.keep(link, answer), { clock, ...KEEP_PATIENCE });
  if (!isKept)
    throw new LinkError('link_failed', { cause: new Error('The link was over before the provider answered.') });
}

async function identified(
  { store, observer }: ConsentDependencies,
  { provider, authorization, link }: Consent,
  answer: Obtained,
): Promise<AccountProfile> {
  const found = await authorization.identify(answer.tokens.accessToken);
  if (found.kind === 'known') return { accountId: found.accountId ?? `consent-${link.id}`, ...found.shown };
  const cause = new Error(`${provider}: ${found.detail}`);
  observer.failed(
    `${provider} does not show whose account ${namedConnection(link.subject).subject} has consented for (${found.kind})`,
    cause,
  );
  if (found.kind === 'unreachable') {
    await store.putBack(link);
    throw notAnsweredProperly(BUSY_MS, cause);
  }
  await store.giveUp(link);
  throw new LinkError('link_failed', { cause });
}
