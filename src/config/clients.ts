import { Secret } from '../secret.ts';
import { Refusal } from './refusal.ts';

/** Reads a client id. Throws a Refusal. */
export function parseClientId(text: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(text)) return text;
  throw new Refusal(
    'is not a client id',
    'Accepted: the client id as the settings of your client at the provider show it.',
  );
}

/** Reads a client secret. Throws a Refusal. */
export function parseClientSecret(text: string): Secret {
  if (/^[\x21-\x7e]{1,4096}$/.test(text)) return new Secret(text);
  throw new Refusal(
    'holds white space or characters that no header can carry',
    'Accepted: the client secret as the settings of your client at the provider show it.',
  );
}
