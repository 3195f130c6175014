import type { AccountProfile, ExchangeResult, KeptAnswer, Provider } from '../../../../src/providers/provider.ts';
import { Secret } from '../../../../src/secret.ts';
import { profile } from '../../../support/stores/one-grant.ts';
import { BOUNDS, LIFE_MS } from './bounds.ts';
import type { ExchangeRow } from '../../../support/memory-store/rows.ts';
import type { Process } from './process.ts';
import { strike, type Surroundings } from './surroundings.ts';
import { CREATING, REUSE, type Issue } from './upstream.ts';

export const PROVIDER = 'simulated';
export const REALM = 'simulated https://upstream.example client-1';
export const ACCOUNT_ID = '179';

export const THE_ACCOUNT: AccountProfile = profile(ACCOUNT_ID, 'Alice');
const TIMED_OUT: ExchangeResult = { kind: 'unknown', detail: 'no answer in time' };
const THROTTLED: ExchangeResult = { kind: 'throttled', detail: 'slow down', retryAfterMs: 2_000 };
const LINE_BROKE: ExchangeResult = { kind: 'unknown', detail: 'the line broke' };

/** What upstream does with one question, once it has arrived; a success, or the answer that is none. */
type Act = (nonce: string) => Issue | ExchangeResult;

/** The provider as one process reaches it: requests and replies travel, are lost, and come late. */
export function processProvider(at: Surroundings, process: Process, outage: { until: number }): Provider {
  const { upstream } = at;
  const ask = (acts: readonly Act[]) => askUpstream(at, process, outage, acts);
  const provider: Provider = {
    name: PROVIDER,
    title: PROVIDER,
    realm: REALM,
    onReuse: REUSE[upstream.kind],
    reader: { fingerprint: 'newer', read },
    refresh: (token) => ask(refreshActs(at, token.reveal())),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  if (!CREATING.includes(upstream.kind)) return provider;
  return {
    ...provider,
    provisionsAgain: upstream.kind === 'reopening',
    recover: () => ask([(nonce) => upstream.recover(nonce) ?? { kind: 'account_gone', detail: 'no such user' }]),
    provision: () =>
      ask([
        (nonce) => upstream.create(nonce) ?? { kind: 'account_exists', accountId: ACCOUNT_ID, profile: THE_ACCOUNT },
      ]),
  };
}

function refreshActs({ upstream, census }: Surroundings, token: string): Act[] {
  const refused: ExchangeResult = { kind: 'rejected', detail: 'invalid_grant' };
  if (upstream.kind !== 'racing')
    return [(nonce) => (upstream.looksAt(token) ? upstream.rotate(token, nonce) : refused)];
  let looksGood = false;
  const look: Act = () => {
    looksGood = upstream.looksAt(token);
    return refused;
  };
  return [
    look,
    (nonce) => {
      if (looksGood && !upstream.looksAt(token)) census.see('two successes for one token');
      return looksGood ? upstream.rotate(token, nonce) : refused;
    },
  ];
}

function askUpstream(
  at: Surroundings,
  process: Process,
  outage: { until: number },
  acts: readonly Act[],
): Promise<ExchangeResult> {
  const { scheduler, upstream, memory, random, scenario } = at;
  return new Promise((resolve) => {
    if (process.isDead) return;
    const nth = at.plan.count('upstream');
    const before = strike(at, process, 'upstream', nth, 'before');
    outage.until = Math.max(outage.until, scheduler.now + before.outageMs);
    const askedAt = process.clock.now();
    const calledAt = scheduler.now;
    let isAnswered = false;
    const answer = (given: ExchangeResult) => {
      isAnswered = true;
      resolve(given);
    };
    const travelMs = () => random() * scenario.travelMs;
    const exchange = memory.everOpened.findLast(({ holder }) => holder === process.holder);
    const reply = (given: ExchangeResult, ms: number, arrived?: () => void) => {
      scheduler.in(ms, () => {
        process.deliver(() => {
          if (isAnswered) return;
          arrived?.();
          answer(given);
        });
      });
    };
    const arrive = (remaining: readonly Act[]) => {
      const [act, ...later] = remaining;
      const request = { calledAt, isGivenUp: isAnswered, isOrphan: process.isDead };
      const isOver = exchange !== undefined && !mayStillAct(at, memory.exchange(exchange.nonce) ?? exchange, request);
      if (act === undefined || isOver) {
        upstream.travelling -= 1;
        return;
      }
      const done = act(exchange?.nonce ?? '');
      if (later.length > 0) {
        scheduler.in(travelMs(), () => {
          arrive(later);
        });
        return;
      }
      upstream.travelling -= 1;
      if (process.isDead) at.census.see('took effect after its process died');
      at.note(() => `upstream answers ${exchange?.nonce ?? ''}: ${JSON.stringify(done)}`);
      at.changed();
      const after = strike(at, process, 'upstream', nth, 'after');
      const issue = 'kind' in done ? undefined : done;
      let isReceived = false;
      if (issue !== undefined) {
        const isLost = after.isLost;
        issue.isLost = () => isLost || process.isDead || (isAnswered && !isReceived);
        if (isLost) at.census.see('answer lost');
      }
      if (after.isLost) {
        reply(LINE_BROKE, travelMs());
        return;
      }
      const given = 'kind' in done ? done : after.isGarbled ? garbled(done, askedAt) : obtained(done, askedAt);
      reply(given, travelMs() + after.delayMs, () => {
        isReceived = true;
      });
    };
    process.deliver(() => {
      if (before.said === 'not_sent') {
        answer({ kind: 'not_sent', detail: 'no route' });
        return;
      }
      upstream.calls += 1;
      at.note(() => `${process.holder} asks upstream, ${exchange?.nonce ?? ''}`);
      scheduler.in(BOUNDS.upstreamMs, () => {
        process.deliver(() => {
          if (!isAnswered) answer(TIMED_OUT);
        });
      });
      if (before.isLost || before.said !== undefined || scheduler.now < outage.until) {
        reply(before.said === 'throttled' ? THROTTLED : LINE_BROKE, travelMs());
        return;
      }
      upstream.travelling += 1;
      scheduler.in(travelMs() + before.delayMs, () => {
        arrive(acts);
      });
    });
  });
}

/**
 * The bound counts from the moment of sending; that this comes soon after opening is the heart's own affair. What a dead
 * process sent keeps to it under any bounds: nobody is left who could tell of it.
 */
function mayStillAct(
  { bounds, scheduler }: Surroundings,
  exchange: ExchangeRow,
  request: { readonly calledAt: number; readonly isGivenUp: boolean; readonly isOrphan: boolean },
): boolean {
  const marginMs = bounds === 'outlived' ? BOUNDS.marginMs : BOUNDS.marginMs / 2;
  const isLate = scheduler.now > request.calledAt + BOUNDS.upstreamMs + marginMs;
  if (isLate && (bounds !== 'broken' || request.isOrphan)) return false;
  return bounds === 'outlived' || (!request.isGivenUp && exchange.outcome === undefined);
}

/** A success as nobody can read it yet. */
function garbled({ accessToken, refreshToken, spent }: Issue, askedAt: number): ExchangeResult {
  const body = new Secret(JSON.stringify({ accessToken, refreshToken, spent }));
  const kept = { status: 200, headers: {}, body, askedAt };
  return { kind: 'unreadable', detail: 'garbled', reason: 'no_access_token', kept };
}

function read({ body, askedAt }: KeptAnswer): ExchangeResult {
  return obtained(JSON.parse(body.reveal()) as Pick<Issue, 'accessToken' | 'refreshToken' | 'spent'>, askedAt);
}

function obtained(issue: Pick<Issue, 'accessToken' | 'refreshToken' | 'spent'>, askedAt: number): ExchangeResult {
  const { accessToken, refreshToken, spent } = issue;
  return {
    kind: 'obtained',
    tokens: {
      accessToken: new Secret(accessToken),
      ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
      expiresAt: askedAt + LIFE_MS,
      tokenType: 'Bearer',
    },
    ...(spent === undefined ? { profile: THE_ACCOUNT } : {}),
  };
}
