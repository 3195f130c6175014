import { parse, serialize } from 'hono/utils/cookie';
import { Secret } from '../../../secret.ts';
import { CONNECT_PATH } from './start-link.ts';

const WORD = /^[\w-]{43}$/;
const MAX_AGE_SECONDS = 600;

/** The cookie that identifies a browser when it returns from a provider (RFC 6265). */
export class LinkCookie {
  readonly #name: string;
  readonly #isSecure: boolean;
  readonly #path: string;

  /** @param publicUrl the base URL at which browsers reach us */
  constructor(publicUrl: string) {
    this.#isSecure = publicUrl.startsWith('https:');
    this.#path = new URL(publicUrl + CONNECT_PATH).pathname;
    // The prefix keeps pages of the same site served over plain http from setting the cookie.
    this.#name = this.#isSecure ? '__Secure-evergrant-link' : 'evergrant-link';
  }

  /** The cookie's value in a `Cookie` header; undefined if it is missing or malformed. */
  read(header: string | undefined): Secret | undefined {
    const value = parse(header ?? '', this.#name)[this.#name];
    return value !== undefined && WORD.test(value) ? new Secret(value) : undefined;
  }

  /** The `Set-Cookie` header that stores `word`. The browser sends it along when the provider redirects back. */
  header(word: Secret): string {
    return serialize(this.#name, word.reveal(), {
      path: this.#path,
      httpOnly: true,
      sameSite: 'Lax',
      secure: this.#isSecure,
      maxAge: MAX_AGE_SECONDS,
    });
  }
}
