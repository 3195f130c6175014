import { BadRequest } from './bad-request.ts';

/** The body of a call of the control API; throws a {@link BadRequest} when it is not JSON. */
export async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new BadRequest('The body is not JSON.');
  }
}
