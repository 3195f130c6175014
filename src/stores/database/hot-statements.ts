import { CompiledQuery } from 'kysely';

/** How a database spells what statements written for both leave open. */
export interface HotDialect {
  /**
   * The database's time in epoch milliseconds: an expression, or a function that gives it as a number when a statement
   * is compiled.
   */
  readonly now: string | (() => number);
  /** The current lineage of the database, as an expression. */
  readonly lineage: string;
  /** `$1` where parameters are numbered, `?` where they are positional. */
  readonly parameters: '$1' | '?';
}

type Place = number | 'now';

interface Written {
  readonly text: string;
  /** For positional parameters: which one goes where. */
  readonly places: readonly Place[];
}

const OPEN = /\$(\d+|now|lineage)/g;

/**
 * Compiles statements from texts that both databases understand, with parameters `$1`, `$2` and so on, the database's
 * time `$now` and its lineage `$lineage`. Each text is parsed only once, because the cold path runs these statements on
 * every refresh.
 */
export class HotStatements {
  readonly #dialect: HotDialect;
  readonly #written = new Map<string, Written>();

  constructor(dialect: HotDialect) {
    this.#dialect = dialect;
  }

  /** @param text one of a fixed few: each is cached */
  compile(text: string, parameters: readonly unknown[]): CompiledQuery {
    let written = this.#written.get(text);
    if (written === undefined) this.#written.set(text, (written = this.#write(text)));
    if (this.#dialect.parameters === '$1') return CompiledQuery.raw(written.text, [...parameters]);
    const { now } = this.#dialect;
    const time = typeof now === 'function' ? now() : undefined;
    const placed = written.places.map((place) => (place === 'now' ? time : parameters[place - 1]));
    return CompiledQuery.raw(written.text, placed);
  }

  #write(text: string): Written {
    const { now, lineage, parameters } = this.#dialect;
    const places: Place[] = [];
    const written = text.replace(OPEN, (open, name: string) => {
      if (name === 'lineage') return lineage;
      if (name === 'now' && typeof now === 'string') return now;
      if (parameters === '$1') return open;
      places.push(name === 'now' ? 'now' : Number(name));
      return '?';
    });
    return { text: written, places };
  }
}
