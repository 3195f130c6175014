import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerText, errorText } from '../../../../src/oauth/answer/answer-text.ts';
import type { UpstreamAnswer } from '../../../../src/oauth/transport.ts';

function textOf(json: unknown, more: Partial<UpstreamAnswer> = {}): string {
  const body = 'grant_type=refresh_token&client_id=the-client-0123&refresh_token=rt-9f8e7d6c5b4a';
  const sent = {
    method: 'POST',
    url: 'https://id.example/v1/token?key=k-123456',
    headers: {},
    body,
    timeoutMs: 1,
  } as const;
  return answerText({ kind: 'answered', status: 400, headers: {}, body: new Uint8Array(), json, sent, ...more });
}

describe('the text of an answer', () => {
  const SHOWN: [json: unknown, shown: string][] = [
    [{ error: 'invalid_grant' }, 'invalid_grant'],
    [
      { error: 'invalid_scope', error_description: 'Unknown scope: calender' },
      'invalid_scope: Unknown scope: calender',
    ],
    [{ error: 'x', error_description: 'x' }, 'x'],
    [{ error: 'Invalid refresh token' }, 'Invalid refresh token'],
    [{ error: { code: 190, message: 'Session has expired' } }, '190: Session has expired'],
    [{ code: 20026, msg: 'no' }, '20026: no'],
    [{ errors: [{ code: 'gone', detail: 'It is gone.' }] }, 'gone: It is gone.'],
    [{ errorCode: 'AADSTS7000222', errorMessage: 'The keys are expired.' }, 'AADSTS7000222: The keys are expired.'],
    [
      { error: 'a', error_description: 'at 2026-11-28T13:15:15.123Z in the-client-0123' },
      'a: at 2026-11-28T13:15:15.123Z in the-client-0123',
    ],
    [
      { error: 'a', error_description: 'Das Token ist ungültig; トークンが無効です' },
      'a: Das Token ist ungültig; トークンが無効です',
    ],
    [{ error: 'a', error_description: 'See <b>"here"</b>\r\n\u202eand\u0000there' }, "a: See b 'here' /b and there"],
    [{ error: 'a', error_description: 'ask bob@example.com about k-123456' }, 'a: [removed]'],
    [{ error: 'a', error_description: 'ask bob@example.com' }, 'a: ask [removed]'],
    [{ error: 'a', error_description: 'token rt-9f8e7d6c5b4a' }, 'a: [removed]'],
    [{ error: 'rt-9f8e7d6c5b4a' }, '[removed]'],
    [{ error: 'a', error_description: 'new one', access_token: 'new one' }, 'a: [removed]'],
    [['invalid_grant'], ''],
    [undefined, ''],
  ];
  for (const [json, shown] of SHOWN) {
    it(`is ${JSON.stringify(shown)} for ${JSON.stringify(json)}`, () => {
      assert.equal(textOf(json), `/v1/token answers HTTP 400${shown === '' ? '' : ` ${shown}`}`);
    });
  }

  it('ends after 200 characters, between two words', () => {
    const text = errorText({ code: undefined, description: 'word '.repeat(100) }, []) ?? '';
    assert.ok(text.length <= 201 && text.endsWith('word…'), text);
  });

  it('says where a redirect points, without the query', () => {
    const at = (location: string) => textOf(undefined, { status: 308, headers: { location } });
    assert.equal(at('/v1/token/?a=1#b'), '/v1/token answers HTTP 308 to https://id.example/v1/token/');
    assert.equal(at('https://other.example/x'), '/v1/token answers HTTP 308 to https://other.example/x');
    assert.equal(at('https://other.example/rt-9f8e7d6c5b4a/x'), '/v1/token answers HTTP 308 to [removed]');
    assert.equal(at('http://['), '/v1/token answers HTTP 308');
    assert.equal(textOf(undefined, { status: 200, headers: { location: '/x' } }), '/v1/token answers HTTP 200');
  });

  it('tells status and known code alone where it is not known what was sent', () => {
    const answer: UpstreamAnswer = {
      kind: 'answered',
      status: 400,
      headers: {},
      body: new Uint8Array(),
      json: { error: 'whatever' },
    };
    assert.equal(answerText(answer), 'HTTP 400');
    assert.equal(answerText(answer, 'invalid_grant'), 'HTTP 400 invalid_grant');
  });
});
