import type { ExchangeKind, ExchangeName } from '../../grants/exchange.ts';
import type { ObtainedFacts } from './obtained-facts.ts';

/** What a new credential changes beside itself. */
export interface Consequences {
  /** The credential that was exchanged for it. */
  readonly ends: ExchangeName | undefined;
  /** True where all older tokens have ended upstream, or are left behind. */
  readonly supersedes: boolean;
  /** True where the grant's row must be told: of its first credential, that its exchanges succeed again, or of what forgetting waits for. */
  readonly settles: boolean;
  /** What is told; one more by the ordinary way is told by the exchange itself. */
  readonly event: 'grant.created' | 'grant.recovered' | undefined;
}

/** Decides what follows from a credential, from facts alone. */
export function whatFollows(
  { kind, presented }: { readonly kind: ExchangeKind; readonly presented: ExchangeName | undefined },
  facts: Pick<ObtainedFacts, 'integrated_at' | 'failing' | 'revisited' | 'last_event'>,
): Consequences {
  const isRepair = kind === 'recover' || kind === 'provision';
  const isFirst = facts.integrated_at === null;
  const isRecovery = !isFirst && (isRepair || facts.last_event === 'grant.reconnect_required');
  return {
    ends: presented,
    supersedes: isRepair,
    settles: isFirst || facts.failing === 1 || facts.revisited === 1,
    event: isFirst ? 'grant.created' : isRecovery ? 'grant.recovered' : undefined,
  };
}
