import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { Pool as HttpPool } from 'undici';
import { JWT_SECRET } from '../../test/support/service/credentials.ts';
import { openRows, type TokenRow } from './limit-rows.ts';

/**
 * The least that a cold refresh can be, and nothing of what makes one safe: a JWT is verified (HS256), one row is read, its
 * refresh token opened, the provider asked by undici, two tokens sealed (AES-256-GCM) and committed. No claim, no lease, no
 * journal, no events, no schedule, one table. Run with a database's URL, the provider's, and how many grants to make.
 */
const [databaseUrl = '', providerUrl = '', grants = '0'] = process.argv.slice(2);
const key = createHash('sha256').update('bench').digest();
const provider = new HttpPool(providerUrl, { connections: 128 });
const rows = await openRows(databaseUrl);

await rows.fill(
  Array.from({ length: Number(grants) }, (_, index) => ({
    subject: `user-${index}`,
    access: seal(`a.user-${index}.0`),
    refresh: seal(`r.user-${index}.0`),
    expiresAt: Date.now() + 3_600_000,
  })),
);

const server = createServer((request, response) => {
  request.resume();
  refreshed(subjectOf(request.headers.authorization ?? '')).then(
    (text) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    },
    (error: unknown) => {
      response.writeHead(500).end(String(error));
    },
  );
});

async function refreshed(subject: string): Promise<string> {
  const row = await rows.read(subject);
  if (row === undefined) throw new Error('There is no such subject.');
  const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'bench', refresh_token: open(row) });
  const answer = await provider.request({
    method: 'POST',
    path: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: body.toString(),
  });
  if (answer.statusCode !== 200) throw new Error(`The provider answered ${answer.statusCode}.`);
  const { access_token, refresh_token, expires_in, token_type } = (await answer.body.json()) as any;
  const expiresAt = Date.now() + expires_in * 1000;
  await rows.write({ subject, access: seal(access_token), refresh: seal(refresh_token), expiresAt });
  return JSON.stringify({ access_token, expires_in, token_type, refreshed: true });
}

function subjectOf(authorization: string): string {
  const [, head = '', payload = '', signature = ''] = /^Bearer ([^.]+)\.([^.]+)\.([^.]+)$/.exec(authorization) ?? [];
  const expected = createHmac('sha256', JWT_SECRET).update(`${head}.${payload}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('A wrong signature.');
  const { sub, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string; exp: number };
  if (exp * 1000 < Date.now()) throw new Error('A JWT that is over.');
  return sub;
}

function seal(token: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(token, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

function open({ refresh }: TokenRow): string {
  const bytes = Buffer.from(refresh.buffer, refresh.byteOffset, refresh.byteLength);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(-16));
  return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
}

server.listen(0, '127.0.0.1', 4096, () => {
  const address = server.address();
  process.send?.({ url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` });
});
process.once('disconnect', () => process.exit());
