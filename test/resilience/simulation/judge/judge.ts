import type { EndReason } from '../../../../src/grants/credential.ts';
import type { GrantEvent } from '../../../../src/grants/events.ts';
import type { LiveToken } from '../../../../src/grants/keeper/live-token.ts';
import { UNRESOLVED_MS } from '../world/bounds.ts';
import type { Outcome } from '../../../../src/grants/exchange.ts';
import type { ExchangeRow } from '../../../support/memory-store/rows.ts';
import type { Surroundings } from '../world/surroundings.ts';
import { isUnread, mayFollow } from './unread.ts';
import { CREATING, type Issue, type UpstreamKind } from '../world/upstream.ts';
import { Violation } from './violation.ts';

/** Kinds that can always be repaired, or never lose anything by a lost answer. */
const NEVER_ASKS_THE_USER: readonly UpstreamKind[] = ['not_rotating', 'grace', ...CREATING];

/** Compares what the store holds with what the provider honours, whenever facts have changed. */
export class Judge {
  readonly #at: Surroundings;
  readonly #ended = new Map<string, EndReason>();
  readonly #outcomes = new Map<string, Outcome>();
  #eventsSeen = 0;
  #exchangesSeen = 0;
  readonly #told = new Set<number>();
  #isDirty = false;
  #isJudged = false;
  #hasReverted = false;
  #revertedAt = 0;
  /** Opened on what was read before the database went back in time; by their nonces. */
  readonly #openedBlindly = new Set<string>();
  /** When exchanges were truly opened, by their nonces. */
  readonly #openedAt = new Map<string, number>();
  /** When each was first seen in the store, by their nonces. */
  readonly #storedAt = new Map<string, number>();

  constructor(at: Surroundings) {
    this.#at = at;
  }

  changed(): void {
    this.#isDirty = true;
  }

  /** Notes what is stored at this moment. */
  noteStored(): void {
    const { memory, scheduler } = this.#at;
    for (const { nonce } of memory.credentials) {
      if (!this.#storedAt.has(nonce)) this.#storedAt.set(nonce, scheduler.now);
    }
  }

  /** An exchange was opened on what was read at this time. */
  opened(nonce: string, readAt: number): void {
    if (this.#hasReverted && readAt <= this.#revertedAt) this.#openedBlindly.add(nonce);
  }

  /** The database has gone back in time: what it forgot is nobody's fault, and what it says from now on is judged anew. */
  reverted(): void {
    const { upstream, memory } = this.#at;
    this.#ended.clear();
    this.#outcomes.clear();
    this.#eventsSeen = memory.events.length;
    this.#exchangesSeen = memory.exchanges.length;
    this.#hasReverted = true;
    this.#revertedAt = this.#at.scheduler.now;
    for (const issue of upstream.issues) {
      // Whoever still has it in a rescue folder may have heard that it is stored, and let go of it.
      if (this.#storedAt.has(issue.nonce) && !this.#isStored(issue)) issue.isLost = () => !this.#isRescued(issue);
    }
    this.#isDirty = true;
  }

  /** For after every step. @throws {@link Violation} */
  look(): void {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    this.noteStored();
    this.#factsOnlyGrow();
    this.#liveTokensStand();
    this.#newEvents();
    this.#newExchanges();
    this.#neverAsksTwice();
    this.#servesWhatIsHonoured();
  }

  /** An instance told of an event. @throws {@link Violation} */
  told(event: GrantEvent): void {
    if (this.#told.has(event.id)) throw new Violation('told once', `event ${event.id} was told again`);
    this.#told.add(event.id);
  }

  /** A caller was given this token, now. @throws {@link Violation} */
  served(token: LiveToken, asked: { rejected: string | undefined }): void {
    const { upstream, scheduler, census } = this.#at;
    const text = token.accessToken.reveal();
    const end = upstream.endOf(text);
    if (end === undefined) throw new Violation('never a stranger', `${text} was never issued`);
    if (text === asked.rejected) throw new Violation('never the rejected one', `${text} was served to who refused it`);
    // A wall clock that was set wrong is believed: no one could know better.
    if (scheduler.now - census.skewMs >= end) {
      throw new Violation('never expired', `${text} was served ${scheduler.now - end} ms after its end`);
    }
    if (census.isUndisturbed && !upstream.honours(text)) {
      throw new Violation('Q9', `${text} was served undisturbed, and upstream does not honour it`);
    }
  }

  /**
   * A caller was told that the account must be connected again.
   *
   * @param knownAt when that was read of the database
   * @throws {@link Violation}
   */
  asksTheUser(how: string, knownAt = this.#at.scheduler.now): void {
    const { upstream, memory, scheduler, census } = this.#at;
    if (NEVER_ASKS_THE_USER.includes(upstream.kind) && !(this.#hasReverted && upstream.kind === 'grace')) {
      throw new Violation('Q4', `${how}, though ${upstream.kind} never needs the user`);
    }
    census.see(how);
    if (upstream.reused !== undefined) return;
    const { live } = upstream;
    if (live === undefined) return;
    const issue = this.#issueOf(live);
    if (this.#standingWith(live)) {
      if ((this.#storedAt.get(issue?.nonce ?? '') ?? 0) > knownAt) return;
      throw new Violation('Q8', `${how}, while the live ${live} is in the store`);
    }
    if (issue === undefined) throw new Violation('Q8', `${how}, while the live ${live} was never given out`);
    if (isUnread(memory, issue)) throw new Violation('Q8', `${how}, while the live ${live} waits to be read`);
    if (!this.#mayTakeEffect(issue, scheduler.now)) return;
    if (this.#isRescued(issue)) {
      if (!this.#at.isStrict && memory.exchange(issue.nonce)?.outcome === 'unknown')
        census.see('known: asks the user before a rescued answer is replayed');
      else throw new Violation('Q8', `${how}, while the live ${live} waits in a rescue folder`);
    } else if (!issue.isLost()) {
      throw new Violation('Q8', `${how}, while the live ${live} may yet come`);
    }
  }

  /** Whether everything that could still be told by upstream has been. */
  get isIdle(): boolean {
    const { upstream, memory } = this.#at;
    if (upstream.travelling > 0) return false;
    const now = this.#at.databaseNow();
    // What lies ahead of a clock that was set back is seen to by whoever next needs to know.
    const rows = memory.exchanges.filter((row) => row.openedAt <= now);
    if (rows.some((row) => row.finishedAt === undefined && row.leaseUntil > now)) return false;
    if (rows.some((row) => row.outcome === undefined && row.openedAt + UNRESOLVED_MS > now)) return false;
    return upstream.issues.every((issue) => this.#isStored(issue) || (issue.isLost() && !this.#isRescued(issue)));
  }

  /** For the end, when nothing goes wrong any more and all is told. @throws {@link Violation} */
  atRest(): void {
    const { upstream, memory } = this.#at;
    this.#isDirty = true;
    this.look();
    if (memory.unread.length > 0) throw new Violation('Q1', 'an answer was kept, and never read');
    const lost = upstream.issues.find((issue) => !this.#isStored(issue) && !issue.isLost());
    if (lost !== undefined) throw new Violation('Q1', `${lost.accessToken} came, and was stored nowhere`);
    if (!this.isIdle) throw new Violation('Q3', 'something is still under way long after the last fault');
  }

  #factsOnlyGrow(): void {
    const { memory } = this.#at;
    for (const { nonce, endReason } of memory.credentials) {
      const before = this.#ended.get(nonce);
      if (before !== undefined && before !== endReason) {
        throw new Violation('facts only grow', `credential ${nonce} ended as ${before}, then ${endReason ?? 'not'}`);
      }
      if (endReason !== undefined) this.#ended.set(nonce, endReason);
    }
    for (const { nonce, outcome } of memory.exchanges) {
      const before = this.#outcomes.get(nonce);
      if (before !== undefined && before !== outcome && !mayFollow(before, outcome)) {
        throw new Violation('facts only grow', `exchange ${nonce} ended as ${before}, then ${outcome ?? 'not'}`);
      }
      if (outcome !== undefined) this.#outcomes.set(nonce, outcome);
    }
    const nonces = new Set(memory.credentials.map(({ nonce }) => nonce));
    if (nonces.size !== memory.credentials.length) throw new Violation('stored once', 'one answer was stored twice');
  }

  /** A token that upstream honours never ends here, save by a recovery. */
  #liveTokensStand(): void {
    const { memory, upstream } = this.#at;
    const { live } = upstream;
    if (live === undefined) return;
    const rows = memory.credentials.filter((row) => row.refreshToken?.reveal() === live);
    if (rows.length === 0 || rows.some((row) => row.endReason === undefined)) return;
    const reasons = rows.map((row) => row.endReason).join(', ');
    if (reasons.includes('superseded')) return;
    throw new Violation('Q7', `the live ${live} ended as ${reasons}`);
  }

  #newEvents(): void {
    const { memory, census } = this.#at;
    for (const event of memory.events.slice(this.#eventsSeen)) {
      const before = memory.events[memory.events.indexOf(event) - 1];
      census.see(`event: ${event.type}${event.reason === undefined ? '' : ` (${event.reason})`}`);
      if (event.type !== 'grant.reconnect_required') continue;
      if (before?.type === event.type) {
        throw new Violation('one event', 'reconnect_required came twice in a row');
      }
      this.asksTheUser('reconnect_required was written');
      if (event.reason === 'refused') {
        census.see('lost, and called refused');
        if (this.#hasReverted && this.#wasForgotten()) {
          throw new Violation('told truly', 'what a reversion lost was called refused');
        }
      }
    }
    this.#eventsSeen = memory.events.length;
  }

  /** A refresh token whose successor is in the store is not presented again, save within a grace. */
  #newExchanges(): void {
    const { memory, upstream, scheduler } = this.#at;
    // What was written again was opened before.
    const opened = memory.exchanges.slice(this.#exchangesSeen).filter((row) => memory.everOpened.includes(row));
    for (const { exchangeId: id, nonce, grantId, kind, presentedId } of opened) {
      this.#openedAt.set(nonce, scheduler.now);
      const mayTakeEffect = (row: ExchangeRow) => row.outcome === undefined && this.#mayTakeEffect(row, scheduler.now);
      const isBlind = this.#openedBlindly.has(nonce);
      if (kind === 'recover' && !isBlind && memory.exchanges.some((row) => row.exchangeId < id && mayTakeEffect(row))) {
        throw new Violation('W', `recovery ${id} does not wait for what may yet take effect`);
      }
      const presented = memory.credentials.find((row) => row.grantId === grantId && row.exchangeId === presentedId);
      const token = presented?.refreshToken?.reveal();
      if (token === undefined || upstream.kind === 'grace') continue;
      const successor = upstream.issues.find((issue) => issue.spent === token && issue.refreshToken !== undefined);
      if (successor === undefined || successor.refreshToken === token || !this.#isStored(successor)) continue;
      // Another credential may hold the same token: an answer without one, of an exchange that overlapped.
      if (memory.exchange(successor.nonce)?.presentedId !== presentedId) continue;
      throw new Violation('Q6', `exchange ${id} presents ${token}, whose successor is in the store`);
    }
    this.#exchangesSeen = memory.exchanges.length;
  }

  /** Where reuse ends everything, nothing is asked twice while the first answer may yet come. */
  #neverAsksTwice(): void {
    const { upstream, scheduler, bounds } = this.#at;
    const { reused } = upstream;
    if (reused === undefined || this.#isJudged || bounds !== 'kept') return;
    this.#isJudged = true;
    if (!reused.isLost() && this.#mayTakeEffect(reused, scheduler.now)) {
      throw new Violation('quarantine', `${reused.spent ?? ''} was spent twice while its first answer may yet come`);
    }
  }

  #servesWhatIsHonoured(): void {
    const { memory, upstream, scheduler } = this.#at;
    // What the database forgot may have ended it.
    if (!this.isIdle || upstream.reused !== undefined || this.#hasReverted) return;
    // Whoever still holds an exchange may yet say that it doesn't know, and thereby unsettle the grant.
    if (memory.exchanges.some((row) => row.outcome === undefined && this.#at.isAlive(row.holder))) return;
    if (this.#isUntellable()) return;
    const view = this.#at.view();
    if (view?.current === undefined || view.unsettled) return;
    const text = view.current.accessToken().reveal();
    const end = upstream.endOf(text) ?? 0;
    if (end > scheduler.now && !upstream.honours(text)) {
      throw new Violation('Q9', `${text} is current, and upstream does not honour it`);
    }
  }

  /** Whether something took effect after its time, and whoever could have told of it died. */
  #isUntellable(): boolean {
    const { memory, upstream } = this.#at;
    return upstream.issues.some((issue) => {
      const row = memory.exchange(issue.nonce);
      return row !== undefined && !this.#mayTakeEffect(issue, issue.at) && !this.#at.isAlive(row.holder);
    });
  }

  /** Whether a call that the database knows of may still take effect at this time, by no clock that anybody sets. */
  #mayTakeEffect({ nonce }: { readonly nonce: string }, at: number): boolean {
    if (this.#at.memory.exchange(nonce) === undefined) return false;
    return (this.#openedAt.get(nonce) ?? 0) + UNRESOLVED_MS > at;
  }

  /** Whether the refresh token that upstream honours was stored once, and forgotten. */
  #wasForgotten(): boolean {
    const { upstream } = this.#at;
    const issue = upstream.live === undefined ? undefined : this.#issueOf(upstream.live);
    return issue !== undefined && this.#storedAt.has(issue.nonce) && !this.#isStored(issue);
  }

  #standingWith(refreshToken: string): boolean {
    return this.#at.memory.credentials.some(
      (row) => row.endReason === undefined && row.refreshToken?.reveal() === refreshToken,
    );
  }

  #issueOf(refreshToken: string): Issue | undefined {
    return this.#at.upstream.issues.find((issue) => issue.refreshToken === refreshToken);
  }

  #isStored(issue: Issue): boolean {
    const { memory } = this.#at;
    return memory.credential(issue.nonce) !== undefined || isUnread(memory, issue);
  }

  #isRescued({ nonce }: Issue): boolean {
    return [...this.#at.folders.values()].some((folder) => folder.has(nonce));
  }
}
