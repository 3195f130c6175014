import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Credential } from '../../../../src/grants/credential.ts';
import type { Backoff, ExchangeStatus, GrantView } from '../../../../src/grants/grant.ts';
import { nextStep, type Step } from '../../../../src/grants/rules/next-step.ts';
import type { StandingDemand } from '../../../../src/grants/rules/demand.ts';
import { Secret } from '../../../../src/secret.ts';
import type { Provider } from '../../../../src/providers/provider.ts';
import { claims, credential, demand, NOW, view } from '../../../support/grants/facts.ts';
import { ScriptedProvider } from '../../../support/grants/scripted-provider.ts';

const complete = new ScriptedProvider();
const recovering = new ScriptedProvider({ provision: false });
const plain = new ScriptedProvider({ recover: false, provision: false });
const creating = new ScriptedProvider({ recover: false });
const graceful = new ScriptedProvider({ recover: false, provision: false, onReuse: 'grace' });
const reopening = Object.assign(new ScriptedProvider(), { provisionsAgain: true });
const revoking = new ScriptedProvider({ onReuse: 'revoke_family' });

const expired = credential({ lifeLeftMs: 0 });
const unrenewable = credential({ lifeLeftMs: 0, refreshToken: false });
const held = claims({ held: true });
const unresolved = claims({ isUnresolved: true });
const resolved = claims({ isUnresolved: false });

function backoff(ms: number): Backoff {
  return { failures: 1, retryAt: NOW + ms, lastFailure: 'unknown' };
}

const REFRESH: Step = { do: 'refresh', presented: expired, refreshToken: new Secret('refresh-access') };
const RECOVER: Step = { do: 'recover', accountId: '179' };
const RECONNECT: Step = { do: 'give_up', because: 'reconnect_required' };
const UNREAD: Step = { do: 'give_up', because: 'answer_unreadable' };
const TOO_OLD: Step = { do: 'give_up', because: 'expired_on_arrival' };

interface Case {
  readonly provider?: Provider;
  readonly view?: Partial<GrantView>;
  readonly claims?: ExchangeStatus;
  readonly isUnread?: boolean;
  readonly lastExchanged?: Credential;
  readonly demand?: StandingDemand;
  readonly step: Step;
}

const MISTAKEN: Step = { do: 'give_up', because: 'account_mismatch' };

const CASES: Readonly<Record<string, Case>> = {
  'imported tokens were of another account': {
    view: { current: undefined, confirmation: 'failed' },
    step: MISTAKEN,
  },
  'imported tokens were of another account, and nobody can repair': {
    provider: plain,
    view: { current: undefined, confirmation: 'failed' },
    step: MISTAKEN,
  },
  'imported tokens were of another account, and the provider goes by the subject': {
    provider: reopening,
    view: { current: undefined, confirmation: 'failed' },
    claims: resolved,
    step: RECOVER,
  },
  'nobody has said yet whose imported tokens are': {
    view: { current: expired, confirmation: 'due' },
    step: REFRESH,
  },
  'a good token is there': { step: { do: 'serve' } },
  'a good token is there, whoever else is asking': {
    claims: held,
    view: { backoff: backoff(9) },
    step: { do: 'serve' },
  },
  'somebody else is asking': { view: { current: expired }, claims: held, step: { do: 'wait' } },
  'somebody else is asking during a back-off': {
    view: { current: expired, backoff: backoff(9) },
    claims: held,
    step: { do: 'wait' },
  },
  'the provider wants to be left alone': { view: { current: expired, backoff: backoff(1) }, step: { do: 'back_off' } },
  'the provider has been left alone for long enough': {
    view: { current: expired, backoff: backoff(0) },
    step: REFRESH,
  },
  'the token has expired': { view: { current: expired }, step: REFRESH },
  'the token has expired and an older call may yet take effect': {
    view: { current: expired },
    claims: unresolved,
    step: REFRESH,
  },
  'the token has expired and whoever presented it may yet come back, at a provider that revokes what is reused': {
    provider: revoking,
    view: { current: expired },
    claims: unresolved,
    step: { do: 'wait' },
  },
  'the token has expired at a provider that revokes what is reused': {
    provider: revoking,
    view: { current: expired },
    step: REFRESH,
  },
  'nothing is left but the token spent last, at a provider that takes it again': {
    provider: graceful,
    view: { current: undefined },
    lastExchanged: expired,
    step: REFRESH,
  },
  'nothing is left but the token spent last and an answer may yet come': {
    provider: graceful,
    view: { current: undefined },
    claims: unresolved,
    lastExchanged: expired,
    step: { do: 'wait' },
  },
  'nothing is left, not even a token spent before': {
    provider: graceful,
    view: { current: undefined },
    step: RECONNECT,
  },
  'the token obtained for this call has expired': {
    view: { current: expired },
    demand: demand({ seen: 4 }),
    step: TOO_OLD,
  },
  'its callers have had it renewed too often': {
    claims: claims({ recentExchanges: 60 }),
    demand: demand({ force: true }),
    step: { do: 'give_up', because: 'too_many_renewals' },
  },
  'its callers have had it renewed often and it has expired': {
    view: { current: expired },
    claims: claims({ recentExchanges: 100 }),
    step: REFRESH,
  },
  'the token has expired and cannot be refreshed': { view: { current: unrenewable }, step: RECOVER },
  'the token has expired, for a provider that only refreshes': {
    provider: plain,
    view: { current: expired },
    step: REFRESH,
  },
  'the token cannot be refreshed, for a provider that only refreshes': {
    provider: plain,
    view: { current: unrenewable },
    step: RECONNECT,
  },
  'the token cannot be refreshed, for a provider that creates': {
    provider: creating,
    view: { current: unrenewable },
    step: { do: 'provision' },
  },
  'a good token is unsettled': { view: { unsettled: true }, step: RECOVER },
  'an unsettled token cannot be settled yet': { view: { unsettled: true }, claims: unresolved, step: { do: 'wait' } },
  'an unsettled token can be settled at last': { view: { unsettled: true }, claims: resolved, step: RECOVER },
  'a fresh token is unsettled': { view: { unsettled: true }, demand: demand({ seen: 4 }), step: RECOVER },
  'nothing is left of a known account': { view: { current: undefined }, step: RECOVER },
  'nothing is left and an older call may yet take effect': {
    view: { current: undefined },
    claims: unresolved,
    step: { do: 'wait' },
  },
  'nothing is left and the older call can take effect no more': {
    view: { current: undefined },
    claims: resolved,
    step: RECOVER,
  },
  'nothing is left and the account is gone': {
    view: { current: undefined, accountId: undefined },
    step: { do: 'provision' },
  },
  'the account is gone and the token unsettled': {
    view: { accountId: undefined, unsettled: true },
    step: { do: 'provision' },
  },
  'there was never anything': {
    view: { current: undefined, accountId: undefined, integratedAt: undefined },
    demand: demand({ seen: 0 }),
    step: { do: 'provision' },
  },
  'there was never anything, for a provider that cannot create': {
    provider: recovering,
    view: { current: undefined, accountId: undefined },
    step: RECONNECT,
  },
  'there was never anything, for a provider that ends tokens by creating again': {
    provider: reopening,
    view: { current: undefined, accountId: undefined, integratedAt: undefined },
    demand: demand({ seen: 0 }),
    step: { do: 'provision' },
  },
  'an older call may yet create, for a provider that ends tokens by creating again': {
    provider: reopening,
    view: { current: undefined, accountId: undefined, integratedAt: undefined },
    claims: unresolved,
    demand: demand({ seen: 0 }),
    step: { do: 'wait' },
  },
  'an older call may yet create, for a provider that creates once': {
    view: { current: undefined, accountId: undefined, integratedAt: undefined },
    claims: unresolved,
    demand: demand({ seen: 0 }),
    step: { do: 'provision' },
  },
  'nothing is left, for a provider that can only create': {
    provider: creating,
    view: { current: undefined },
    step: { do: 'provision' },
  },
  'a busy grant has nothing left, for that is repair': {
    provider: creating,
    view: { current: undefined },
    claims: claims({ recentExchanges: 60 }),
    step: { do: 'provision' },
  },
  'an account was applied for too often': {
    provider: creating,
    view: { current: undefined, integratedAt: undefined },
    claims: claims({ recentExchanges: 60 }),
    step: { do: 'give_up', because: 'too_many_renewals' },
  },
  'an answer is unread and the token lives': { provider: plain, isUnread: true, step: { do: 'serve' } },
  'an answer is unread and the token has expired': {
    provider: plain,
    view: { current: expired },
    isUnread: true,
    step: UNREAD,
  },
  'an answer is unread and the caller wants a new token': {
    provider: plain,
    isUnread: true,
    demand: demand({ force: true }),
    step: UNREAD,
  },
  'an answer is unread at a provider that revokes what is reused': {
    provider: new ScriptedProvider({ recover: false, provision: false, onReuse: 'revoke_family' }),
    view: { current: expired },
    isUnread: true,
    step: UNREAD,
  },
  'an answer is unread at a provider with a grace period': {
    provider: graceful,
    view: { current: expired },
    isUnread: true,
    step: REFRESH,
  },
  'an answer is unread at a provider whose refresh tokens are not spent': {
    provider: new ScriptedProvider({ recover: false, provision: false, onReuse: 'accept' }),
    view: { current: expired },
    isUnread: true,
    step: REFRESH,
  },
  'an answer is unread and the account can be recovered': {
    view: { current: expired },
    isUnread: true,
    step: RECOVER,
  },
  'an answer is unread, and whoever asked may yet bring another': {
    view: { current: expired },
    claims: unresolved,
    isUnread: true,
    step: { do: 'wait' },
  },
  'an answer is unread, and a new account would abandon its tokens': {
    provider: creating,
    view: { current: expired },
    isUnread: true,
    step: UNREAD,
  },
  'an answer is unread, and opening the account again gives new tokens': {
    provider: reopening,
    view: { current: expired, accountId: undefined },
    isUnread: true,
    step: { do: 'provision' },
  },
  'the answer to creating the account is unread': {
    provider: creating,
    view: { current: undefined, accountId: undefined },
    isUnread: true,
    step: { do: 'provision' },
  },
  'nothing is left but an unread answer': {
    provider: plain,
    view: { current: undefined },
    isUnread: true,
    step: UNREAD,
  },
  'nothing is left, for a provider that only refreshes': {
    provider: plain,
    view: { current: undefined },
    step: RECONNECT,
  },
  'nothing is left that is known of, and an older call may yet bring something': {
    provider: plain,
    view: { current: undefined },
    claims: unresolved,
    step: { do: 'wait' },
  },
};

describe('the next step', () => {
  for (const [name, { provider = complete, step, ...facts }] of Object.entries(CASES)) {
    it(`is to ${step.do.replace('_', ' ')} where ${name}`, () => {
      const found = nextStep(
        provider,
        {
          view: view(facts.view),
          claims: facts.claims ?? claims(),
          isUnread: facts.isUnread ?? false,
          lastExchanged: facts.lastExchanged,
        },
        facts.demand ?? demand(),
        NOW,
      );
      assert.deepEqual(found, step);
    });
  }
});
