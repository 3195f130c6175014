import type { AnswerReader, Obtained, Provider, Unreadable } from '../../providers/provider.ts';
import { isStoreUnavailable } from '../errors.ts';
import type { ExchangeKind, OpenExchange } from '../exchange.ts';
import type { GrantEvent } from '../events.ts';
import type { GrantObserver } from '../observer.ts';
import { recoveryPath } from '../rules/next-step.ts';
import { renewalSchedule } from '../rules/renewal-schedule.ts';
import type { GrantStore } from '../storage/grant-store.ts';
import type { UnreadAnswer, UnreadContent, UnreadPlace, UnreadStore } from '../storage/unread-store.ts';

/** The dependencies of {@link reread}. */
export interface RereadDependencies {
  readonly store: Pick<GrantStore, 'finishObtained' | 'finishFailed'>;
  readonly unread: UnreadStore;
  /** Notified of every event written with an answer. */
  readonly observer: Pick<GrantObserver, 'recorded'>;
}

/** What to read again. */
export interface RereadOptions {
  /** Only what this reader has not tried before. */
  readonly onlyUntried?: boolean;
  /** The subjects whose refresh token may be presented once more if its answer still cannot be read. */
  readonly letPresent?: ReadonlySet<string>;
}

/** What became of one unread answer. */
export interface Reread {
  readonly answer: UnreadAnswer;
  /** True if its tokens are stored now. */
  readonly cameBack: boolean;
  /** Why it is still unread, for the operator; undefined if it came back. Holds no secret. */
  readonly why: string | undefined;
  /** True if the refresh token that was spent for it may be presented once more. */
  readonly mayPresent: boolean;
}

/** Each may have a body of a mebibyte, which is in memory several times while it is opened and read. */
const AT_ONCE = 10;

/**
 * Reads the unread answers of a provider again, and stores what is in them as if it had just come: an answer is stored
 * under its exchange, once, even if several processes do the same. It asks no provider for anything.
 *
 * @returns each answer when it has been tried
 * @throws the store's error if the store is unavailable
 */
export async function* reread(
  means: RereadDependencies,
  provider: Provider,
  { onlyUntried = false, letPresent = new Set() }: RereadOptions = {},
): AsyncGenerator<Reread, void> {
  const { reader, realm } = provider;
  if (reader === undefined) return;
  const exceptReadBy = onlyUntried ? reader.fingerprint : undefined;
  let after: UnreadPlace | undefined;
  for (;;) {
    const page = await means.unread.list(realm, { limit: AT_ONCE, after, exceptReadBy });
    for (const answer of page) {
      const tried = await readOne(means, provider, reader, answer);
      yield await permitted(means, tried, letPresent);
    }
    after = page.at(-1)?.place;
    if (page.length < AT_ONCE || after === undefined) return;
  }
}

async function readOne(
  means: RereadDependencies,
  provider: Provider,
  reader: AnswerReader,
  answer: UnreadAnswer,
): Promise<Reread> {
  const { content, mayPresent } = answer;
  const still = (why: string): Reread => ({ answer, cameBack: false, why, mayPresent });
  if (content.kind === 'sealed') return still('the keys do not open it');
  const found = reader.read(content.answer.kept, askedFor(content.exchange.kind));
  if (found.kind === 'obtained') {
    const refusal = await stored(means, content, whole(content.answer, found));
    if (refusal !== undefined) return still(refusal);
    await means.unread.drop(answer);
    return { answer, cameBack: true, why: undefined, mayPresent };
  }
  await means.unread.noteReader(answer, reader.fingerprint);
  if (found.kind === 'unreadable') return still(found.detail);
  // A reader that understands it, and knows that there is no token in it.
  await means.unread.letPresent(answer);
  if (found.kind === 'rejected') {
    tell(
      means,
      await means.store.finishFailed(content.exchange, { answer: found, recoveryPath: recoveryPath(provider) }),
    );
    await means.unread.drop(answer);
  }
  return { ...still(`it holds no token (${'detail' in found ? found.detail : found.kind})`), mayPresent: true };
}

/** @returns why it could not be stored, although the store is there */
async function stored(
  means: RereadDependencies,
  { exchange, answer }: UnreadContent,
  found: Obtained,
): Promise<string | undefined> {
  const schedule = renewalSchedule(exchange.nonce, answer.kept.askedAt, found.tokens);
  try {
    tell(means, await means.store.finishObtained(exchange, found, schedule));
    return undefined;
  } catch (cause) {
    if (isStoreUnavailable(cause)) throw cause;
    return `the database does not take it (${cause instanceof Error ? cause.name : 'unknown error'})`;
  }
}

function tell({ observer }: RereadDependencies, event: GrantEvent | undefined): void {
  if (event !== undefined) observer.recorded(event);
}

async function permitted(
  { unread }: RereadDependencies,
  tried: Reread,
  letPresent: ReadonlySet<string>,
): Promise<Reread> {
  if (tried.cameBack || tried.mayPresent) return tried;
  if (!tried.answer.subjects.some((subject) => letPresent.has(subject))) return tried;
  await unread.letPresent(tried.answer);
  return { ...tried, mayPresent: true };
}

/** An answer without a refresh token leaves the presented one in force (RFC 6749 section 6). */
function whole({ presentedRefreshToken }: Unreadable, found: Obtained): Obtained {
  if (presentedRefreshToken === undefined || found.tokens.refreshToken !== undefined) return found;
  return { ...found, presentedRefreshToken };
}

function askedFor(kind: OpenExchange['kind']): Parameters<AnswerReader['read']>[1] {
  const asked: Partial<Record<ExchangeKind, Parameters<AnswerReader['read']>[1]>> = {
    recover: 'recover',
    provision: 'provision',
  };
  return asked[kind] ?? 'refresh';
}
