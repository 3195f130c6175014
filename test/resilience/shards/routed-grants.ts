import type { GrantStore } from '../../../src/grants/storage/grant-store.ts';
import type { Places } from './places.ts';
import { shardOfGrant } from './shard.ts';

/** A store of grants that lie in several databases: each by what its id says, and its subject by the directory. */
export function routedGrants(places: Places): GrantStore {
  const of = async (realm: string, subject: string) => (await places.find({ realm, subject })).stores.grants;
  const by = (grantId: string) => places.at(shardOfGrant(grantId)).stores.grants;
  return {
    view: async (realm, subject) => (await of(realm, subject)).view(realm, subject),
    viewWithStatus: async (realm, subject) => (await of(realm, subject)).viewWithStatus(realm, subject),
    connect: async (realm, subject) => (await of(realm, subject)).connect(realm, subject),
    account: async (realm, subject) => (await of(realm, subject)).account(realm, subject),
    exchangeStatus: (grantId) => by(grantId).exchangeStatus(grantId),
    lastExchanged: (grantId) => by(grantId).lastExchanged(grantId),
    openExchange: (intent) => by(intent.grantId).openExchange(intent),
    standingApplicant: (grantId) => by(grantId).standingApplicant(grantId),
    renewLease: (exchange) => by(exchange.grantId).renewLease(exchange),
    finishObtained: (exchange, answer, schedule) => by(exchange.grantId).finishObtained(exchange, answer, schedule),
    applyBackoff: (grantId, backoff) => by(grantId).applyBackoff(grantId, backoff),
    finishFailed: (exchange, failure) => by(exchange.grantId).finishFailed(exchange, failure),
    noteReconnectRequired: (grantId, ...rest) => by(grantId).noteReconnectRequired(grantId, ...rest),
    noteAwaited: (grantId) => by(grantId).noteAwaited(grantId),
    awaitChange: (grantId, ms) => by(grantId).awaitChange(grantId, ms),
    noteProfile: (grantId, profile) => by(grantId).noteProfile(grantId, profile),
  };
}
