import { z } from 'zod';

const SIZE_LIMIT_BYTES = 1024 * 1024;
/** How long a failed fetch is not repeated, in milliseconds: many callers must not hammer an issuer that is down. */
export const PAUSE_AFTER_FAILURE_MS = 5_000;

const jwks = z.looseObject({ keys: z.array(z.looseObject({})) });

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Creates a fetch for JWK sets (RFC 7517 section 5) that reads at most 1 MiB. After a failure it rejects with the same
 * error for 5 seconds without asking again.
 *
 * @param now returns the time in epoch milliseconds
 * @param fetch by default the global one
 */
export function createJwksFetch(now: () => number, fetch: Fetch = globalThis.fetch): Fetch {
  let failure: { readonly at: number; readonly error: Error } | undefined;
  return async (url, init) => {
    if (failure !== undefined && Math.abs(now() - failure.at) < PAUSE_AFTER_FAILURE_MS) throw failure.error;
    try {
      const body = await readJwks(await fetch(url, init));
      failure = undefined;
      return Response.json(body);
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error('The JWK set could not be fetched.', { cause });
      failure = { at: now(), error };
      throw error;
    }
  };
}

async function readJwks(response: Response): Promise<z.infer<typeof jwks>> {
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`The JWKS URL answered ${response.status} instead of 200.`);
  }
  return jwks.parse(JSON.parse(await readText(response)));
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > SIZE_LIMIT_BYTES) throw new Error(`The JWK set is longer than ${SIZE_LIMIT_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
