import type { Unreadable } from '../../providers/provider.ts';
import type { OpenExchange } from '../exchange.ts';

/** The answers that providers gave and nobody could read. Every method rejects with the store's error. */
export interface UnreadStore {
  /** Those of one realm, the exchanges of a grant in the order in which they were opened. */
  list(realm: string, query: UnreadQuery): Promise<UnreadAnswer[]>;
  /** Records which reader has tried to read an answer and could not: see `AnswerReader.fingerprint`. */
  noteReader(name: UnreadName, reader: string): Promise<void>;
  /** Allows to present the refresh token once more that was spent for an answer. The answer is still kept. */
  letPresent(name: UnreadName): Promise<void>;
  /** Deletes an answer, once what is in it has been stored. */
  drop(name: UnreadName): Promise<void>;
  /** How many hold up their grants, by realm: those after which neither a credential came nor a person had a say. */
  counts(): Promise<ReadonlyMap<string, number>>;
}

/** The name of an unread answer: that of the exchange that it answers. */
export type UnreadName = Pick<OpenExchange, 'grantId' | 'nonce'>;

/** A page of unread answers. */
export interface UnreadQuery {
  readonly limit: number;
  /** Where the last page ended; undefined for the first. */
  readonly after?: UnreadPlace | undefined;
  /** Leaves out what this reader has tried: see `AnswerReader.fingerprint`. */
  readonly exceptReadBy?: string | undefined;
}

/** The place of an unread answer among all of its realm: its grant, and the number of its exchange there. */
export interface UnreadPlace {
  readonly grantId: string;
  readonly exchangeId: number;
}

/** One unread answer. */
export interface UnreadAnswer extends UnreadName {
  readonly place: UnreadPlace;
  /** Who is connected to the grant, each once, by whichever of its connections. */
  readonly subjects: readonly string[];
  /** Epoch milliseconds. */
  readonly keptAt: number;
  /** Whether a person has allowed to present the refresh token once more. */
  readonly mayPresent: boolean;
  /** What was sealed; or, if the keys do not open it, why. */
  readonly content: UnreadContent | { readonly kind: 'sealed'; readonly cause: unknown };
}

/** An answer and the exchange that it answers. */
export interface UnreadContent {
  readonly kind: 'opened';
  readonly exchange: OpenExchange;
  readonly answer: Unreadable;
}
