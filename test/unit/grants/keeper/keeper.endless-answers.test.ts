import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExchangeKind } from '../../../../src/grants/exchange.ts';
import { openKeeper } from '../../../support/grants/open-keeper.ts';
import { refusal } from '../../../support/grants/scripted-provider.ts';

describe('no answer of a provider', () => {
  const kinds = [
    'rejected',
    'account_gone',
    'account_exists',
    'account_taken',
    'input_refused',
    'client_refused',
    'throttled',
    'unknown',
    'not_sent',
  ] as const;
  for (const kind of kinds) {
    for (const question of ['refresh', 'recover', 'provision'] as const) {
      it(`makes the keeper ask without end: ${kind} to every ${question}`, async () => {
        await using at = await openKeeper();
        await at.expired();
        const others: Partial<Record<ExchangeKind, 'rejected' | 'account_gone' | 'unknown'>> = {
          refresh: 'rejected',
          recover: 'account_gone',
          provision: 'unknown',
        };
        at.provider.script = (call) => {
          if (at.provider.calls.length > 10) return refusal('throttled');
          return refusal(call.kind === question ? kind : (others[call.kind] ?? 'unknown'));
        };
        await assert.rejects(at.ask());
        assert.ok(at.provider.calls.length <= 6, at.provider.asked.join(', '));
      });
    }
  }
});
