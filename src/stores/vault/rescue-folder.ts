import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenExchange } from '../../grants/exchange.ts';
import type { AnswerInHand, Rescue, Rescued } from '../../grants/keeper/rescue.ts';
import { Secret } from '../../secret.ts';
import { formerNonce } from '../database/nonce.ts';
import {
  openAnswer,
  openUnread,
  sealAnswer,
  sealUnread,
  type SealedAnswer,
  type SealedUnread,
} from './sealed-answer.ts';
import type { Trouble } from '../database/trouble.ts';
import type { Vault } from './vault.ts';

/** The exchange's nonce and its grant; or, from before there were nonces, its number. */
const NAME = /^([\w-]+)\.([\w-]+)\.sealed$/;
/** The suffix of files that are not replayed. */
const ASIDE = '.set-aside';

/** How many answers are in a rescue folder. */
export interface RescuedCount {
  /** Answers that wait for the database. */
  readonly waiting: number;
  /** Answers that a person must look at. */
  readonly setAside: number;
}

/** The sealed content of a file, as JSON. */
type Content = { readonly exchange: OpenExchange | FormerExchange } & (
  SealedAnswer | { readonly unread: SealedUnread }
);

/** An exchange from before there were nonces. */
interface FormerExchange extends Omit<OpenExchange, 'exchangeId' | 'nonce' | 'presented'> {
  readonly id: number;
  readonly presentedId?: number;
}

/**
 * A folder with one sealed file per rescued answer, named by exchange and grant. A file is whole or absent: it is
 * written under another name, flushed to the disk, and then renamed.
 */
export class RescueFolder implements Rescue {
  readonly #path: string;
  readonly #vault: Vault;
  readonly #trouble: Trouble;

  /** @param trouble called for files that can't be read, opened or stored; they are kept */
  constructor(path: string, vault: Vault, trouble: Trouble) {
    this.#path = path;
    this.#vault = vault;
    this.#trouble = trouble;
  }

  async keep(exchange: OpenExchange, answer: AnswerInHand): Promise<void> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    const name = fileName(exchange);
    const aside = join(this.#path, `${name}.part`);
    const file = await open(aside, 'w', 0o600);
    try {
      const sealed = answer.kind === 'obtained' ? sealAnswer(answer) : { unread: sealUnread(answer) };
      const content: Content = { exchange, ...sealed };
      await file.writeFile(
        this.#vault.seal(new Secret(JSON.stringify(content)), place(exchange.grantId, nameOf(exchange))),
      );
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, join(this.#path, name));
    await syncFolder(this.#path);
  }

  async drop(exchange: OpenExchange): Promise<void> {
    const path = join(this.#path, fileName(exchange));
    await Promise.all([path, path + ASIDE].map((each) => rm(each, { force: true })));
  }

  async setAside(exchange: OpenExchange, cause: unknown): Promise<void> {
    await this.#setAside(fileName(exchange), 'is not taken by the database', cause);
  }

  /**
   * Gives set-aside files another chance: after a restart, a newer version or another key may be able to replay them.
   */
  async putBack(): Promise<void> {
    for (const name of await this.#names()) {
      if (!name.endsWith(ASIDE)) continue;
      await rename(join(this.#path, name), join(this.#path, name.slice(0, -ASIDE.length))).catch(unlessAbsent);
    }
  }

  /** @throws the system's error where the folder exists and can't be read */
  async count(): Promise<RescuedCount> {
    const names = await this.#names();
    const sealed = names.filter((name) => NAME.test(name));
    return { waiting: sealed.length, setAside: names.filter((name) => name.endsWith(ASIDE)).length };
  }

  async kept(grantId?: string): Promise<Rescued[]> {
    const names = await this.#names();
    const wanted = names.filter((name) => {
      const [, , ofGrant] = NAME.exec(name) ?? [];
      return ofGrant !== undefined && ofGrant === (grantId ?? ofGrant);
    });
    const found = wanted.map((name) => this.#read(name));
    return (await Promise.all(found)).filter((rescued) => rescued !== undefined);
  }

  async #names(): Promise<string[]> {
    // Checked before every exchange, and the folder usually doesn't exist: reading the disk cache costs less than a
    // thread.
    if (!existsSync(this.#path)) return [];
    return (await readdir(this.#path).catch(unlessAbsent)) ?? [];
  }

  async #read(name: string): Promise<Rescued | undefined> {
    const [, named = '', grantId = ''] = NAME.exec(name) ?? [];
    let sealed: Buffer;
    try {
      sealed = await readFile(join(this.#path, name));
    } catch (cause) {
      // If it is absent, another process was faster and has stored it.
      if (!isAbsent(cause)) this.#trouble(`the rescued answer ${join(this.#path, name)} cannot be read`, cause);
      return undefined;
    }
    try {
      const text = this.#vault.open(sealed, place(grantId, named)).reveal();
      const { exchange, ...content } = JSON.parse(text) as Content;
      const answer = 'unread' in content ? openUnread(content.unread) : openAnswer(content);
      return { exchange: 'nonce' in exchange ? exchange : withNonce(exchange), answer };
    } catch (cause) {
      await this.#setAside(name, 'cannot be opened with these keys', cause);
      return undefined;
    }
  }

  async #setAside(name: string, why: string, cause: unknown): Promise<void> {
    const path = join(this.#path, name);
    try {
      await rename(path, path + ASIDE);
    } catch (error) {
      if (!isAbsent(error)) this.#trouble(`the rescued answer ${path} ${why}, and cannot be set aside either`, error);
      return;
    }
    this.#trouble(
      `the rescued answer ${path} ${why}. It is set aside as ${name}${ASIDE} and tried again at the next start. ` +
        "Keep it, for it may be the only copy of a user's tokens: put right what the cause names and restart. " +
        'Delete it where its user has linked the account again.',
      cause,
    );
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** For a file or folder that may be gone by now. */
function unlessAbsent(error: unknown): undefined {
  if (!isAbsent(error)) throw error;
}

function withNonce({ id, presentedId, ...exchange }: FormerExchange): OpenExchange {
  const named = (exchangeId: number) => ({ exchangeId, nonce: formerNonce(exchangeId) });
  return { ...exchange, ...named(id), presented: presentedId === undefined ? undefined : named(presentedId) };
}

function fileName(exchange: OpenExchange): string {
  return `${nameOf(exchange)}.${exchange.grantId}.sealed`;
}

function nameOf({ exchangeId, nonce }: OpenExchange): string {
  return nonce === formerNonce(exchangeId) ? String(exchangeId) : nonce;
}

function place(grantId: string, name: string) {
  return { grantId, exchangeId: name, field: 'rescue' } as const;
}

/** A new name is on the disk only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
