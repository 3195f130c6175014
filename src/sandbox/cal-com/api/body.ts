import { badRequest } from './exceptions.ts';

/**
 * Reads a JSON or form body as the API's middleware does. A body of any other content type is not read, so all its
 * fields count as missing.
 */
export async function readBody(request: Request): Promise<unknown> {
  const contentType = request.headers.get('content-type') ?? '';
  const text = await request.text();
  if (contentType.includes('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text));
  if (!contentType.includes('json') || text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : 'Bad Request');
  }
}
