/** A subject, and which of its connections to one provider; undefined for the one without a name. */
export interface NamedConnection {
  readonly subject: string;
  readonly connection: string | undefined;
}

/** A control character, which occurs in no subject (`callers/subject.ts`) and no name. */
const SEPARATOR = '\u001f';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/;

/** Whether a text can be the name of a connection: it is shown in URLs, logs and files. */
export function isConnectionName(text: string): boolean {
  return NAME.test(text);
}

/**
 * The key of a connection among those of its provider, which the heart and the stores treat as a subject. A connection
 * without a name has its subject as its key, so that nothing is encoded on the warm path.
 */
export function connectionKey({ subject, connection }: NamedConnection): string {
  return connection === undefined ? subject : `${subject}${SEPARATOR}${connection}`;
}

/** Whose connection a key is for, and its name. */
export function namedConnection(key: string): NamedConnection {
  const at = key.indexOf(SEPARATOR);
  return at === -1
    ? { subject: key, connection: undefined }
    : { subject: key.slice(0, at), connection: key.slice(at + SEPARATOR.length) };
}

/** The subjects behind these keys, each once, in their order. */
export function subjectsOf(keys: readonly string[]): string[] {
  return [...new Set(keys.map((key) => namedConnection(key).subject))];
}
