import { createHmac, generateKeyPairSync, sign } from 'node:crypto';

/** The secret and the key pair by which the users of a run are trusted. */
export interface Trust {
  readonly secret: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

/** A new one. */
export function newTrust(): Trust {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    secret: 'a secret of the bench, of more than 32 bytes',
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}

/** The subjects of a run. */
export function subjects(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `user-${index}`);
}

/** A JWT of a subject, good for an hour. */
export function jwt(alg: 'HS256' | 'ES256', subject: string, trust: Trust): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: subject, email: `${subject}@example.com`, iat: now, exp: now + 3600 };
  const input = [{ alg, typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature =
    alg === 'HS256'
      ? createHmac('sha256', trust.secret).update(input).digest()
      : sign('sha256', Buffer.from(input), { key: trust.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
