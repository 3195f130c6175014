import type { Mutation } from '../mutate.ts';
import type { Bounds } from '../world/surroundings.ts';
import type { UpstreamKind } from '../world/upstream.ts';

/** A heart that is broken in one place, and where that must be noticed. */
export interface Mutant extends Mutation {
  readonly kind: UpstreamKind;
  readonly bounds?: Bounds;
}

const STORE = 'test/support/memory-store/memory-store.ts';
const RECORD = 'test/support/memory-store/record-outcome.ts';
const DERIVE = 'test/support/memory-store/derive.ts';
const NEXT_STEP = 'src/grants/rules/next-step.ts';
const PERFORM = 'src/grants/keeper/perform-exchange.ts';
const RENEWAL = 'src/grants/keeper/renewal.ts';
const FACTS = 'src/grants/keeper/facts.ts';

/** All of them must be noticed. Those of the store break the simulation's, which the databases' contract holds as well. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no claim: an exchange can always be opened',
    kind: 'rotating',
    patches: [
      {
        file: STORE,
        find: 'if (rows.at(-1)?.nonce !== last?.nonce || rows.some(isOpen)) return undefined;',
        replace: 'void last;',
      },
      {
        file: STORE,
        find: 'if (currentOf(this.#memory, grantId)?.nonce !== current?.nonce) return undefined;',
        replace: 'void current;',
      },
    ],
  },
  {
    name: 'a success is fenced off once the claim is lost',
    kind: 'rotating',
    patches: [
      {
        file: RECORD,
        find: 'if (memory.credential(nonce) !== undefined) return undefined;',
        replace: 'if (memory.credential(nonce) !== undefined || row.finishedAt !== undefined) return undefined;',
      },
    ],
  },
  {
    name: 'a refusal ends the newest credential instead of the presented one',
    kind: 'rotating',
    patches: [
      {
        file: RECORD,
        find: "endCredential(memory, exchange.presented, 'rejected', now);",
        replace:
          "endCredential(memory, memory.standing(grant.id).toSorted((a, b) => b.exchangeId - a.exchangeId)[0] ?? exchange.presented, 'rejected', now);",
      },
    ],
  },
  {
    name: 'a refusal ends all credentials',
    kind: 'rotating',
    patches: [
      {
        file: RECORD,
        find: "endCredential(memory, exchange.presented, 'rejected', now);",
        replace: "for (const row of memory.standing(grant.id)) endCredential(memory, row, 'rejected', now);",
      },
    ],
  },
  {
    name: 'an unknown outcome counts as a refusal',
    kind: 'rotating',
    patches: [
      {
        file: RECORD,
        find: "if (answer.kind === 'rejected' && exchange.presented",
        replace: "if ((answer.kind === 'rejected' || answer.kind === 'unknown') && exchange.presented",
      },
    ],
  },
  {
    name: 'the refresh token is forgotten where the answer brings none',
    kind: 'not_rotating',
    patches: [
      {
        file: RECORD,
        find: 'refreshToken: refreshToken ?? kept ?? answer.presentedRefreshToken,',
        replace: 'refreshToken,',
      },
    ],
  },
  {
    name: 'the presented credential does not end',
    kind: 'rotating',
    patches: [
      {
        file: RECORD,
        find: "if (presented !== undefined) endCredential(memory, presented, 'exchanged', now);",
        replace: '',
      },
    ],
  },
  {
    name: 'reconnect_required is stored instead of derived',
    kind: 'rotating',
    patches: [
      {
        file: STORE,
        find: 'const current = currentOf(this.#memory, grant.id);',
        replace:
          "const current = this.#memory.events.some(({ type }) => type === 'grant.reconnect_required') ? undefined : currentOf(this.#memory, grant.id);",
      },
    ],
  },
  {
    name: 'reconnect_required is told while an answer may yet come',
    kind: 'rotating',
    patches: [{ file: NEXT_STEP, find: "  if (claims.isUnresolved) return { do: 'wait' };\n", replace: '' }],
  },
  {
    name: 'nothing unsettles a grant',
    kind: 'managed',
    bounds: 'broken',
    patches: [
      {
        file: STORE,
        find: 'unsettled: current !== undefined && isUnsettled(this.#memory, current, this.#moment()),',
        replace: 'unsettled: isUnsettled.length === 0,',
      },
    ],
  },
  {
    name: 'a recovery waits for nobody',
    kind: 'managed',
    patches: [
      {
        file: NEXT_STEP,
        find: "return claims.isUnresolved ? { do: 'wait' } : { do: 'recover', accountId };",
        replace: "return { do: 'recover', accountId };",
      },
    ],
  },
  {
    name: 'a database refusal drops the answer',
    kind: 'rotating',
    patches: [
      {
        file: PERFORM,
        find: 'if (isInHand(answer) && !isKept) isKept = await kept(means, exchange, answer);',
        replace: 'void kept;',
      },
      { file: PERFORM, find: 'inHand: 600_000', replace: 'inHand: 0' },
    ],
  },
  {
    name: 'an answer is stored as often as it is replayed',
    kind: 'rotating',
    patches: [{ file: RECORD, find: 'if (memory.credential(nonce) !== undefined) return undefined;', replace: '' }],
  },
  {
    name: 'a lease is never renewed',
    kind: 'family',
    patches: [{ file: PERFORM, find: 'store.renewLease(run.exchange)', replace: 'Promise.resolve()' }],
  },
  {
    name: 'nothing is quarantined',
    kind: 'family',
    patches: [
      {
        file: NEXT_STEP,
        find: "provider.onReuse === 'revoke_family' && claims.isUnresolved",
        replace: 'false',
      },
    ],
  },
  {
    name: 'nothing is replayed within a grace',
    kind: 'grace',
    patches: [
      {
        file: FACTS,
        find: "view.current === undefined && provider.onReuse === 'grace'",
        replace: 'false',
      },
    ],
  },
  {
    name: 'whoever was paused sends all the same',
    kind: 'family',
    patches: [{ file: PERFORM, find: 'openForMs(clock, run.exchange) > bounds.leaseMs / 2', replace: 'false' }],
  },
  {
    name: 'callers who leave take the call with them',
    kind: 'rotating',
    patches: [
      {
        file: PERFORM,
        find: 'await ask(run.provider, run.question)',
        replace:
          "await Promise.race([ask(run.provider, run.question), clock.sleep(1_500).then(() => ({ kind: 'unknown', detail: 'cancelled' }) as const)])",
      },
    ],
  },
  {
    name: 'a provider that fails is asked again at once',
    kind: 'rotating',
    patches: [
      {
        file: NEXT_STEP,
        find: "if (backoff !== undefined && isBackingOff(backoff, now)) return { do: 'back_off' };",
        replace: 'void [backoff, isBackingOff];',
      },
    ],
  },
  {
    name: 'an expired token is served',
    kind: 'rotating',
    patches: [
      { file: 'src/grants/credential.ts', find: 'return credential.expiresAt > now;', replace: 'return now > 0;' },
    ],
  },
  {
    name: 'an exchange stays unresolved for ever',
    kind: 'rotating',
    patches: [
      {
        file: DERIVE,
        find: 'row.outcome === undefined && row.openedAt + unresolvedMs > now)',
        replace: 'row.outcome === undefined && unresolvedMs > 0 && now > 0)',
      },
    ],
  },
  {
    name: 'the exchange of a dead process counts as refused',
    kind: 'rotating',
    patches: [
      {
        file: STORE,
        find: "row.outcome = 'unknown';",
        replace:
          "row.outcome = 'rejected'; { const presented = this.#memory.credentials.find((each) => each.exchangeId === row.presentedId); if (presented && presented.endedAt === undefined) { presented.endedAt = now; presented.endReason = 'rejected'; } }",
      },
    ],
  },
  {
    name: 'an account is opened again, and the tokens that this may have ended are trusted',
    kind: 'reopening',
    patches: [
      {
        file: RENEWAL,
        find: "step.do === 'provision' && provider.provisionsAgain === true ? 'recover' : step.do",
        replace: 'step.do',
      },
    ],
  },
  {
    name: 'an account is opened again while an earlier opening may yet take effect',
    kind: 'reopening',
    patches: [
      {
        file: NEXT_STEP,
        find: 'const isQuarantined = provider.provisionsAgain === true && claims.isUnresolved;',
        replace: 'const isQuarantined = false;',
      },
    ],
  },
];

/** Noticed where the database goes back in time. */
export const REVERTED_MUTANTS: readonly Mutant[] = [
  {
    name: 'an exchange is known by its number alone',
    kind: 'rotating',
    patches: [
      {
        file: RECORD,
        find: 'const there = memory.exchange(nonce);',
        replace: 'const there = memory.exchangesOf(grantId).find((row) => row.exchangeId === exchange.exchangeId);',
      },
    ],
  },
  {
    name: 'an answer is dropped whose exchange is gone',
    kind: 'rotating',
    patches: [
      {
        file: RECORD,
        find: 'const row = exchangeRow(memory, exchange, { now, holder });',
        replace: 'const row = memory.exchange(nonce); if (row === undefined || holder === "") return undefined;',
      },
    ],
  },
  {
    name: 'what a reversion lost is told as refused',
    kind: 'rotating',
    patches: [{ file: DERIVE, find: 'row.lineage !== lineage', replace: 'row.lineage > lineage + 1_000' }],
  },
  {
    name: 'the refresh token that an answer leaves in force is forgotten with what was presented',
    kind: 'not_rotating',
    patches: [{ file: RECORD, find: 'kept ?? answer.presentedRefreshToken', replace: 'kept' }],
  },
];

/** Noticed where the database's clock is set back. */
export const SET_BACK_MUTANTS: readonly Mutant[] = [
  {
    name: 'what lies ahead of the clock stays there',
    kind: 'rotating',
    patches: [
      {
        file: STORE,
        find: 'const open = rows.find(isOpen);\n    this.#catchUpWithClock(rows);',
        replace: 'const open = rows.find(isOpen);',
      },
    ],
  },
  {
    name: 'a lease that lies ahead is believed',
    kind: 'rotating',
    patches: [{ file: STORE, find: 'row.leaseUntil = Math.min(row.leaseUntil, now + bounds.leaseMs);', replace: '' }],
  },
  {
    name: 'an exchange opened ahead may take effect until then',
    kind: 'rotating',
    patches: [{ file: STORE, find: 'row.openedAt = Math.min(row.openedAt, now);', replace: '' }],
  },
];

const BUDGET = 'src/grants/upkeep/upkeep-budget.ts';
const AHEAD = 'src/grants/upkeep/proactive-renewal.ts';

/** Noticed where upkeep has to make do with a budget. */
export const BUDGET_MUTANTS: readonly Mutation[] = [
  {
    name: 'nothing is kept for refresh tokens',
    patches: [
      {
        file: BUDGET,
        find: 'Math.max(all - used, Math.ceil(all / 2) - usedByLapses)',
        replace: 'all - used - 0 * usedByLapses',
      },
    ],
  },
  {
    name: 'access tokens come first',
    patches: [
      {
        file: AHEAD,
        find: 'const lapses = await this.#lapses(provider, budget, Math.min(budget.allowance, slotsForLapses, leftToLapses));',
        replace:
          'for (const each of await this.#due(provider, budget, Math.min(budget.allowance, slots - inFlight.size, all - recentExchanges))) this.#begin(provider, budget, each, false); const lapses = await this.#lapses(provider, budget, Math.min(budget.allowance, slotsForLapses, leftToLapses));',
      },
    ],
  },
  {
    name: 'what the others ask is not taken off',
    patches: [
      {
        file: AHEAD,
        find: 'all - recentExchanges - lapses.length',
        replace: 'all - 0 * recentExchanges - lapses.length',
      },
    ],
  },
  {
    name: 'refresh tokens have a budget of their own',
    patches: [{ file: BUDGET, find: 'Math.ceil(all / 2) - usedByLapses', replace: 'all - 0 * usedByLapses' }],
  },
  {
    name: 'what refresh tokens leave is not used',
    patches: [
      {
        file: AHEAD,
        find: 'const others = await this.#due(provider, budget, left);',
        replace: 'const others = await this.#due(provider, budget, Math.min(left, 0));',
      },
    ],
  },
];

/** Not noticed, and why: see the test. Only the least number of calls depends on it. */
export const APPEND_ORDER: Mutant = {
  name: 'the newest credential is the one appended last',
  kind: 'managed',
  patches: [
    {
      file: DERIVE,
      find: 'return newest(memory.standing(grantId));',
      replace: 'return memory.standing(grantId).at(-1);',
    },
  ],
};
