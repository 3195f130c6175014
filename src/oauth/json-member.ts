/**
 * The own member `name` of a JSON object; undefined if `value` is not an object or has no such member. Inherited
 * members never count, so that a name such as `constructor` or `__proto__` finds only what was sent under it.
 */
export function jsonMember(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) {
    return undefined;
  }
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** The member at a dot-separated path of names, such as `data.id`. */
export function jsonMemberAt(value: unknown, path: string): unknown {
  return path.split('.').reduce(jsonMember, value);
}
