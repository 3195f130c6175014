import { BadRequest } from './bad-request.ts';

/**
 * Reads the body of a control call.
 *
 * @throws {@link BadRequest} if it is not JSON
 */
export async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new BadRequest('The body is not JSON.');
  }
}
