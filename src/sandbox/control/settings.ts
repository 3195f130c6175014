import type { z } from 'zod';
import { BadRequest, parseOrRefuse } from './bad-request.ts';

type SettingsSchema = z.ZodObject;

/**
 * The settings of one fake. Every field of the schema has a default, and a description of what it accepts. Names are in
 * snake_case because the control API uses them.
 */
export class Settings<Schema extends SettingsSchema> {
  readonly #schema: Schema;
  #values: z.output<Schema>;

  constructor(schema: Schema) {
    this.#schema = schema;
    this.#values = schema.parse({});
  }

  get values(): Readonly<z.output<Schema>> {
    return this.#values;
  }

  /**
   * Changes the named settings and keeps the others. Rejects the whole input if any part of it is invalid.
   *
   * @throws BadRequest
   */
  change(input: unknown): void {
    const shape = this.#schema.shape as Record<string, z.ZodType>;
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      throw new BadRequest('The settings must be a JSON object.');
    }
    const unknown = Object.keys(input).filter((name) => !Object.hasOwn(shape, name));
    if (unknown.length > 0) {
      throw new BadRequest(`${unknown.join(', ')}: no such setting; there are ${Object.keys(shape).join(', ')}`);
    }
    this.#values = parseOrRefuse(this.#schema, { ...this.#values, ...input }, (name) => shape[name]?.description);
  }

  reset(): void {
    this.#values = this.#schema.parse({});
  }
}
