import { parse, serialize } from 'hono/utils/cookie';
import { Secret } from '../../../secret.ts';
import { CONNECT_PATH } from './start-link.ts';

const WORD = /^[\w-]{43}$/;
const MAX_AGE_SECONDS = 600;

/** The cookie by which a browser that left for a provider is known again. */
export class LinkCookie {
  readonly #name: string;
  readonly #isSecure: boolean;
  readonly #path: string;

  /** @param publicUrl where browsers reach us */
  constructor(publicUrl: string) {
    this.#isSecure = publicUrl.startsWith('https:');
    this.#path = new URL(publicUrl + CONNECT_PATH).pathname;
    // The prefix keeps pages of the same site that came unencrypted from setting it.
    this.#name = this.#isSecure ? '__Secure-evergrant-link' : 'evergrant-link';
  }

  /** What the browser is known by; undefined where it has no such cookie. */
  read(header: string | undefined): Secret | undefined {
    const value = parse(header ?? '', this.#name)[this.#name];
    return value !== undefined && WORD.test(value) ? new Secret(value) : undefined;
  }

  /** The header that makes a browser known by `word`. It comes along when the provider sends the browser back. */
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
