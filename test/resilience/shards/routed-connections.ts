import type { ConnectionStore } from '../../../src/grants/storage/connection-store.ts';
import type { Places } from './places.ts';
import { shardOfGrant, type Shard } from './shard.ts';

/** Connections that lie in several databases, each with its grant. */
export function routedConnections(shards: readonly Shard[], places: Places): ConnectionStore {
  const by = (grantId: string) => places.at(shardOfGrant(grantId)).stores.connections;
  return {
    of: async (subject, realms) => {
      const found = await Promise.all(
        realms.map(async (realm) => (await places.find({ realm, subject })).stores.connections.of(subject, [realm])),
      );
      return found.flat().sort((one, other) => one.connectedAt - other.connectedAt);
    },
    disconnect: (realm, subject) =>
      places.moving({ realm, subject }, (from) => from.stores.connections.disconnect(realm, subject)),
    claimOrphanedGrant: async (realm) => {
      for (const { stores } of shards) {
        const forsaken = await stores.connections.claimOrphanedGrant(realm);
        if (forsaken !== undefined) return forsaken;
      }
      return undefined;
    },
    erase: (exchange) => by(exchange.grantId).erase(exchange),
    putBack: (exchange, backoff) => by(exchange.grantId).putBack(exchange, backoff),
  };
}
