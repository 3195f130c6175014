import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { answerText } from '../../src/oauth/answer/answer-text.ts';
import { tokenRequest } from '../../src/oauth/token-request.ts';
import type { UpstreamAnswer } from '../../src/oauth/transport.ts';
import { Secret } from '../../src/secret.ts';
import { startAnsweringScene } from '../support/service/answering-scene.ts';
import { httpAnswer } from '../support/service/answering-server.ts';

/** How a provider, or whatever stands before it, may give back what it was sent. */
const SPELLINGS: Record<string, (secret: string) => string> = {
  'as it is': (secret) => secret,
  'in other letters': (secret) => secret.toUpperCase(),
  'form-encoded': (secret) => new URLSearchParams({ '': secret }).toString().slice(1),
  'percent-encoded to the last letter': (secret) =>
    [...Buffer.from(secret)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  'percent-encoded twice': (secret) => encodeURIComponent(encodeURIComponent(secret)),
  'in base64': (secret) => Buffer.from(secret).toString('base64'),
  'in base64url': (secret) => Buffer.from(secret).toString('base64url'),
  'in base64 behind one more letter': (secret) => Buffer.from(`:${secret}`).toString('base64'),
  'in base64 between others': (secret) => Buffer.from(`id:${secret};more`).toString('base64'),
  'in hexadecimal': (secret) => Buffer.from(secret).toString('hex'),
  'as escapes of JSON': (secret) =>
    Array.from(secret)
      .map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  'as entities': (secret) =>
    Array.from(secret)
      .map((each) => `&#${each.charCodeAt(0)};`)
      .join(''),
  'letter by letter': (secret) => Array.from(secret).join(' '),
  'in halves': (secret) => `${secret.slice(0, secret.length / 2)} and ${secret.slice(secret.length / 2)}`,
  'in lines of five': (secret) => (secret.match(/.{1,5}/g) ?? []).join('\n'),
  'with what cannot be seen in between': (secret) => Array.from(secret).join('\u200b'),
  'in full width': (secret) =>
    Array.from(secret)
      .map((each) => (/[!-~]/.test(each) ? String.fromCharCode(each.charCodeAt(0) + 0xfee0) : each))
      .join(''),
  backwards: (secret) => Array.from(secret).reverse().join(''),
  'its first half': (secret) => secret.slice(0, secret.length / 2),
  'its second half': (secret) => secret.slice(secret.length / 2),
  quoted: (secret) => `"${secret}"`,
  'in a URL': (secret) => `https://login.example/${encodeURIComponent(secret)}/next`,
};

/** Where it may stand in an answer. */
const PLACES: Record<string, (text: string) => Partial<UpstreamAnswer>> = {
  error: (text) => ({ json: { error: text } }),
  error_description: (text) => ({ json: { error: 'invalid_request', error_description: `Rejected: ${text}!` } }),
  'an envelope': (text) => ({ json: { error: { code: 'bad', message: text } } }),
  'a list': (text) => ({ json: { errors: [{ code: text, detail: text }] } }),
  'code and description': (text) => ({
    json: { error: text.slice(0, text.length / 2), error_description: text.slice(text.length / 2) },
  }),
  Location: (text) => ({ status: 302, headers: { location: `https://login.example/a/${encodeURIComponent(text)}/b` } }),
  'a host': (text) => ({ status: 302, headers: { location: `https://${text.replaceAll(/[^\w-]/g, '-')}.example/` } }),
};

const SECRETS = {
  'a random one': () => `rt_${randomBytes(24).toString('base64url')}`,
  'one with special letters': () => `1//0g+${randomBytes(12).toString('hex')}/&=%~`,
  'one of words': () => `canary-refresh-token-${randomBytes(4).toString('hex')}`,
};

const BASIC = { method: 'basic', clientSecret: new Secret('cs-Wq81zK/+x.Lm03-canary') } as const;

function answerTo(secret: string, what: Partial<UpstreamAnswer>): UpstreamAnswer {
  const endpoint = {
    url: 'https://login.example/token',
    clientId: 'cid',
    clientAuthentication: BASIC,
    bodyFormat: 'form',
  } as const;
  const sent = { ...tokenRequest(endpoint, { grant_type: 'refresh_token', refresh_token: secret }), timeoutMs: 1 };
  return { kind: 'answered', status: 400, headers: {}, body: new Uint8Array(), json: undefined, ...what, sent };
}

/** Letters and digits alone, so that nothing in between hides anything. */
function letters(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Whether six letters of the secret in a row are in the text, apart from those of ordinary words. */
function givesAway(text: string, secret: string): boolean {
  const shown = letters(text);
  const own = letters(secret).replaceAll(/canary|refresh|token/g, '\n');
  for (let at = 0; at + 6 <= own.length; at += 1) {
    const piece = own.slice(at, at + 6);
    if (!piece.includes('\n') && shown.includes(piece)) return true;
  }
  return false;
}

describe('what an operator is shown of an answer', () => {
  for (const [kind, newSecret] of Object.entries(SECRETS)) {
    for (const [how, spell] of Object.entries(SPELLINGS)) {
      it(`gives nothing of ${kind} away, sent back ${how}`, () => {
        for (const [place, put] of Object.entries(PLACES)) {
          for (const [whose, secret] of [
            ['refresh token', newSecret()],
            ['client secret', BASIC.clientSecret.reveal()],
          ] as const) {
            const refreshToken = whose === 'refresh token' ? secret : 'another-0123456789abcdef';
            const shown = answerText(answerTo(refreshToken, put(spell(secret))));
            assert.ok(!givesAway(shown, secret), `${whose} in ${place}: ${shown}`);
            assert.ok(!givesAway(shown, spell(secret)), `spelling of ${whose} in ${place}: ${shown}`);
          }
        }
      });
    }
  }

  it('gives no token away that nobody knows here', () => {
    const strangers = [
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
      `ya29.${randomBytes(40).toString('base64url')}`,
      `gho_${randomBytes(20).toString('hex')}`,
      `xoxe.xoxp-1-${randomBytes(20).toString('hex')}`,
      '4c2d3f8e-1111-4a1b-9f2c-0123456789ab',
      'someone.else@example.com',
      randomBytes(16).toString('hex'),
    ];
    for (const stranger of strangers) {
      for (const [place, put] of Object.entries(PLACES)) {
        if (place === 'code and description') continue;
        const shown = answerText(answerTo('mine-0123456789', put(stranger)));
        assert.ok(!shown.includes(stranger), `${place}: ${shown}`);
      }
    }
  });

  it('is one short line of printable characters, whatever is answered', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 5_000 }), fc.jsonValue({ maxDepth: 3 }));
    const property = fc.property(anything, anything, fc.string({ unit: 'binary' }), (error, description, location) => {
      const json = { error, error_description: description };
      const shown = answerText(answerTo('mine-0123456789', { status: 302, headers: { location }, json }));
      assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>"`\\]/u);
      assert.ok(shown.length < 800 && shown.isWellFormed(), shown);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('a service whose provider sends secrets back', () => {
  it('writes none of them into its log, its database, or an answer', async () => {
    const clientSecret = `cs-${randomBytes(18).toString('base64url')}`;
    const account = {
      authorize_url: '{at}/authorize',
      account: { url: '{at}/me', id: 'id' },
      revoke_url: '{at}/revoke',
    };
    await using scene = await startAnsweringScene({ x: account }, { FIELD_SECRET: clientSecret });
    const { server, service } = scene;
    const subject = `alice-${randomBytes(9).toString('hex')}`;
    const secrets = [clientSecret, `rt-${subject}`, `code-${subject}`, 'at-linked-0a9b8c7d6e'];
    const echo = (status: number) =>
      httpAnswer(
        {
          error: secrets[1],
          error_description: secrets.map((each) => `${each} ${Buffer.from(each).toString('base64')}`).join(' '),
        },
        { status, headers: { location: `/${String(secrets[0])}/${String(secrets[1])}` } },
      );
    const answers = [];
    for (const status of [400, 302, 503])
      answers.push(await scene.refreshed(subject, [echo(status)]).catch(() => undefined));
    server.answer('/x/me', echo(403));
    answers.push(await scene.linked(subject, [echo(400)]));
    const tokens = { access_token: secrets[3], refresh_token: 'rt-linked-1f2e3d4c5b', expires_in: 3600 };
    answers.push(await scene.linked(subject, [httpAnswer(tokens)]));
    const rows = ['exchanges', 'events'].map((table) => JSON.stringify(service.rows(`select * from ${table}`)));
    const shown = [...service.logs, inspect(service.logged, { depth: 20, showHidden: true }), ...rows];
    const all = [...shown, ...answers.map((answer) => answer?.text ?? '')].join('\n');
    // The subject is ours to show, and is part of two of them.
    for (const secret of secrets) {
      for (const spelling of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
        assert.ok(
          !all.includes(spelling),
          `${secret}: ${all.slice(all.indexOf(spelling) - 200, all.indexOf(spelling) + 99)}`,
        );
      }
    }
    assert.match(all, /answers HTTP 403/);
  });
});
