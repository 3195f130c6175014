/** A property that does not hold, by its name and what was seen. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly property: string;

  constructor(property: string, seen: string) {
    super(`${property}: ${seen}`);
    this.property = property;
  }
}
