import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { calComManaged } from '../../../src/providers/cal-com/managed.ts';
import type { ExchangeResult, Provider } from '../../../src/providers/provider.ts';
import { Secret } from '../../../src/secret.ts';
import { effort } from '../../support/effort.ts';
import { httpServer } from '../../support/servers/listening.ts';
import { oauth2At } from '../../support/servers/oauth-2-at.ts';
import { Draw } from './draw.ts';
import { drawSaid, NOW, type Said } from './said.ts';
import { drawWritten, type Written } from './written.ts';

const ANSWERS = effort({ smoke: 3_000, proofs: 30_000, long: 500_000 });
const AT_ONCE = 32;
const ENDS_SOMETHING = ['rejected', 'client_refused', 'account_gone', 'account_taken', 'input_refused'];

/** Replays one answer: `EVERGRANT_SEED=<seed> npm run test:fuzz`. */
const replayed = process.env['EVERGRANT_SEED'];
/** The long form finds others every time. */
const FIRST = replayed === undefined ? effort({ smoke: 1, proofs: 1, long: Date.now() % 2 ** 31 }) : Number(replayed);
const COUNT = replayed === undefined ? ANSWERS : 1;

interface Answer {
  readonly said: Said;
  readonly written: Written;
}

function drawAnswer(seed: number): Answer {
  const draw = new Draw(seed);
  const said = drawSaid(draw);
  return { said, written: drawWritten(draw, said) };
}

/** A server that gives each refresh token the answer of its seed, and the providers that ask it. */
async function newPlace() {
  const server = await httpServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { written } = drawAnswer(Number(/seed-(\d+)/.exec(body)?.[1]));
      const { status, headers, framing, body: bytes } = written;
      const length = framing === 'chunks' ? {} : { 'content-length': bytes.length + (framing === 'cut' ? 1 : 0) };
      response.writeHead(status, { ...headers, ...length });
      if (framing === 'cut') response.write(bytes, () => response.destroy());
      else for (const half of [bytes.subarray(0, 9), bytes.subarray(9)]) response.write(half);
      if (framing !== 'cut') response.end();
    });
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const providers: Record<Said['provider'], Provider> = {
    plain: oauth2At(origin, { now: () => NOW, upstreamTimeoutMs: 60_000 }),
    placed: oauth2At(origin, { now: () => NOW, upstreamTimeoutMs: 60_000, accessTokenAt: 'data.access_token' }),
    managed: calComManaged({
      clientId: 'client',
      clientSecret: new Secret('secret'),
      apiUrl: `${origin}/v2`,
      upstreamTimeoutMs: 60_000,
      subjectProofs: () => [],
      now: () => NOW,
    }),
  };
  return {
    providers,
    async [Symbol.asyncDispose]() {
      for (const provider of Object.values(providers)) await provider[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** What must hold of any answer: what can be read is not lost, and nothing is read that was not said. */
function check({ said: { meaning }, written }: Answer, result: ExchangeResult): void {
  if (ENDS_SOMETHING.includes(result.kind)) assert.equal(result.kind, meaning.kind, 'a refusal was made up');
  if (result.kind === 'obtained') {
    assert.ok(meaning.kind === 'tokens', 'tokens were made up');
    const { accessToken, refreshToken, expiresAt } = result.tokens;
    assert.equal(accessToken.reveal(), meaning.access, 'the access token is another');
    assert.equal(refreshToken?.reveal(), meaning.refresh, 'the refresh token is another');
    if (meaning.life !== undefined)
      assert.ok(Math.abs(expiresAt - NOW - meaning.life * 1000) < 1_001, 'its end is another');
  }
  if (!written.isReadable) return;
  if (meaning.kind === 'tokens') assert.equal(result.kind, 'obtained', 'tokens were lost');
  else if (meaning.kind === 'rejected') assert.equal(result.kind, meaning.kind, 'a refusal was not understood');
}

function told(seed: number, answer: Answer, result: ExchangeResult, cause: unknown): Error {
  const { headers, body } = answer.written;
  const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  const what = `${JSON.stringify(headers)} ${body.subarray(0, 300).toString('latin1')}`;
  return new Error(`${why}: ${result.kind} for ${what}\nReplay it: EVERGRANT_SEED=${seed} npm run test:fuzz`);
}

describe('whatever a token endpoint answers', () => {
  it(`loses no token and makes up no refusal in ${COUNT} answers`, async (context) => {
    await using place = await newPlace();
    const kinds = new Map<string, number>();
    let next = FIRST;
    const worker = async () => {
      while (next < FIRST + COUNT) {
        const seed = next++;
        const answer = drawAnswer(seed);
        const result = await place.providers[answer.said.provider].refresh(new Secret(`seed-${seed}`));
        kinds.set(result.kind, (kinds.get(result.kind) ?? 0) + 1);
        try {
          check(answer, result);
        } catch (cause) {
          throw told(seed, answer, result, cause);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    context.diagnostic(JSON.stringify(Object.fromEntries(kinds)));
    if (replayed !== undefined) return;
    for (const kind of ['obtained', 'rejected', 'client_refused', 'unknown']) {
      assert.ok((kinds.get(kind) ?? 0) > COUNT / 100, `there were too few ${kind}`);
    }
  });
});
