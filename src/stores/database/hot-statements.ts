import { CompiledQuery } from 'kysely';

/** How a database says what statements written for both of them leave open. */
export interface HotDialect {
  /** Its own time in epoch milliseconds: an expression, or what gives it as a number when a statement is compiled. */
  readonly now: string | (() => number);
  /** The lineage that is being written now, as an expression. */
  readonly lineage: string;
  /** `$1` where parameters have their numbers, `?` where they have their places. */
  readonly parameters: '$1' | '?';
}

type Place = number | 'now';

interface Written {
  readonly text: string;
  /** For parameters that have their places: which of them stands where. */
  readonly places: readonly Place[];
}

const OPEN = /\$(\d+|now|lineage)/g;

/**
 * Makes statements of texts that both databases understand, with parameters `$1`, `$2` and so on, the database's time `$now` and
 * its lineage `$lineage`. Each text is looked at once, for what the cold path runs for every refresh.
 */
export class HotStatements {
  readonly #dialect: HotDialect;
  readonly #written = new Map<string, Written>();

  constructor(dialect: HotDialect) {
    this.#dialect = dialect;
  }

  /** @param text one of a few: each is remembered */
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
