import type { Cronofy } from '../cronofy.ts';
import { textOf, type Parameters } from './parameters.ts';
import type { Client } from '../state/records.ts';

/**
 * The client that a body names with its secret; undefined if there is no such client. The `Authorization` header is
 * ignored: the official SDKs send `Bearer undefined` and `Bearer None`.
 */
export function authenticateClient({ world }: Cronofy, parameters: Parameters): Client | undefined {
  const client = world.clients.get(textOf(parameters, 'client_id') ?? '');
  return client !== undefined && client.secret === textOf(parameters, 'client_secret') ? client : undefined;
}
