import { seededRandom } from '../../support/seeded-random.ts';

/** Chance of one seed, with the words that generators use on it. */
export class Draw {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    // Neighbouring seeds begin alike.
    for (let turn = 0; turn < 4; turn += 1) this.#random();
  }

  /** True once in so many times. */
  oneIn(count: number): boolean {
    return this.#random() * count < 1;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }

  of<Value>(values: readonly Value[]): Value {
    return values[this.between(0, values.length - 1)]!;
  }

  /** Text of these characters. */
  text(characters: string, least: number, most: number): string {
    let text = '';
    for (let left = this.between(least, most); left > 0; left -= 1)
      text += characters.charAt(this.between(0, characters.length - 1));
    return text;
  }

  shuffled<Value>(values: readonly Value[]): Value[] {
    const left = [...values];
    return values.map(() => left.splice(this.between(0, left.length - 1), 1)[0]!);
  }
}
