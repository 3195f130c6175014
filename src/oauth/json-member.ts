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

/** The member at a dot-separated path of names and of places in lists, such as `data.id`, `data.0.id` or `data[0].id`. */
export function jsonMemberAt(value: unknown, path: string): unknown {
  return path
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .replace(/^\./, '')
    .split('.')
    .reduce(inside, value);
}

function inside(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return /^\d{1,9}$/.test(name) ? (value as readonly unknown[])[Number(name)] : undefined;
  return jsonMember(value, name);
}
