import type { ImportedGrant } from '../grants/storage/import-store.ts';
import { ImportLineError } from './import-fields.ts';

/** Which line brought a token, and whose it was there. */
interface Bringer {
  readonly line: number;
  readonly subject: string;
  readonly accountId: string | undefined;
}

/** About a hundred megabytes of tokens. Of a longer file, the lines farthest back are forgotten. */
const MOST_CHARACTERS = 100_000_000;

/** Notices a token that a file gives to two accounts, or to two users without naming the account. One of them is wrong. */
export class RepeatedTokens {
  readonly #bringers = new Map<string, Bringer>();
  #characters = 0;

  /**
   * Remembers the tokens of a line.
   *
   * @throws {@link ImportLineError} if an earlier line has one of them for somebody else
   */
  note(line: number, { realm, subject, accountId, access, refresh }: ImportedGrant): void {
    const bringer = { line, subject, accountId };
    for (const [field, given] of [['access_token', access] as const, ['refresh_token', refresh] as const]) {
      if (given === undefined) continue;
      const key = `${realm}\0${given.token.reveal()}`;
      const earlier = this.#bringers.get(key);
      if (earlier === undefined) this.#remember(key, bringer);
      else if (!isSame(earlier, bringer)) throw repeated(field, earlier, bringer);
    }
  }

  #remember(key: string, bringer: Bringer): void {
    this.#bringers.set(key, bringer);
    this.#characters += key.length;
    while (this.#characters > MOST_CHARACTERS) {
      const [oldest = ''] = this.#bringers.keys();
      this.#bringers.delete(oldest);
      this.#characters -= oldest.length;
    }
  }
}

/** Users may share an account, and then its tokens. */
function isSame(one: Bringer, other: Bringer): boolean {
  if (one.accountId !== undefined && other.accountId !== undefined) return one.accountId === other.accountId;
  return one.subject === other.subject;
}

function repeated(field: string, earlier: Bringer, { accountId }: Bringer): ImportLineError {
  const remedy =
    earlier.accountId === undefined || accountId === undefined
      ? 'give "account_id" in both if these users share an account'
      : 'it can be of one account only; give each its own';
  const whose = earlier.accountId === undefined || accountId === undefined ? 'another user' : 'another account';
  return new ImportLineError(field, `"${field}" is the one of line ${earlier.line}, which has ${whose}; ${remedy}`);
}
