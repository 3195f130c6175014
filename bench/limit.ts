import { createDecipheriv, createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Trust } from './callers.ts';

/** One sealed token of a subject. */
export interface SealedRow {
  readonly nonce: Uint8Array;
  readonly sealed: Uint8Array;
  readonly tag: Uint8Array;
  readonly expires_at: number;
}

/** What a token's answer says besides. */
export type AnswerBody = Readonly<Record<string, unknown>>;

/**
 * The least that a server can do which answers as Evergrant does, on `node:http` and `node:crypto` alone: it checks the JWT,
 * each time anew, reads one row, unseals it and writes JSON.
 *
 * @param read the subject's row; @param key of AES-256-GCM
 */
export function startLimit(
  trust: Trust,
  key: Uint8Array,
  body: AnswerBody,
  read: (subject: string) => SealedRow | Promise<SealedRow>,
): void {
  const publicKey = createPublicKey(trust.publicKey);
  const subjectOf = (authorization: string): string => {
    const token = authorization.slice('Bearer '.length);
    const [head = '', payload = '', signature = ''] = token.split('.');
    const input = Buffer.from(`${head}.${payload}`);
    const given = Buffer.from(signature, 'base64url');
    const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg: string };
    const isGood =
      alg === 'HS256'
        ? timingSafeEqual(createHmac('sha256', trust.secret).update(input).digest(), given)
        : verify('sha256', input, { key: publicKey, dsaEncoding: 'ieee-p1363' }, given);
    const { sub, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string; exp: number };
    if (!isGood || exp * 1000 < Date.now()) throw new Error('refused');
    return sub;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse, text: string) => {
    if (text !== '') JSON.parse(text);
    const found = read(subjectOf(request.headers.authorization ?? ''));
    const { nonce, sealed, tag, expires_at } = found instanceof Promise ? await found : found;
    const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(tag);
    const token = decipher.update(sealed, undefined, 'utf8') + decipher.final('utf8');
    const seconds = Math.floor((expires_at - Date.now()) / 1000);
    const json = JSON.stringify({ access_token: token, expires_in: seconds, ...body });
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) })
      .end(json);
  };
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => void answer(request, response, text));
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.({ url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` });
  });
  process.once('disconnect', () => process.exit());
}
