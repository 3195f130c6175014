import type { IncomingMessage } from 'node:http';

const MAX_BYTES = 1_048_576;

/** The complete body; undefined if it is larger than 1 MiB. */
export async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Oversized bodies are still read to the end, since a client that is sending does not see the response.
    if (size <= MAX_BYTES) chunks.push(chunk);
  }
  return size > MAX_BYTES ? undefined : Buffer.concat(chunks);
}

/** The names of the top-level fields of a JSON or form body; none for other bodies. */
export function fieldNames(contentType: string, body: Buffer): string[] {
  const text = body.toString('utf8');
  if (contentType.includes('x-www-form-urlencoded')) return [...new Set(new URLSearchParams(text).keys())];
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  } catch {
    return [];
  }
}
