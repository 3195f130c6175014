import type { ClientCheck } from '../../providers/provider.ts';
import { isClientAtFault, withRefusal, type ClientRefusal } from '../rules/client-fault.ts';

const OPEN_MS = 30_000;
/** How long the provider's word on our client counts, in milliseconds, and how often it is asked for at most. */
const VERDICT_MS = 30_000;

interface Circuit {
  refusals: readonly ClientRefusal[];
  openUntil: number;
  verdict: { readonly of: Promise<ClientCheck['verdict'] | undefined>; readonly at: number } | undefined;
}

/**
 * Stops a misconfigured client from calling the provider on every request: while it is open, no exchange of that
 * provider starts. It opens when the provider, asked about the client alone, refuses it, or when several grants are
 * refused alike. It closes by itself after 30 seconds, so that a fix at the provider takes effect.
 */
export class CircuitBreaker {
  readonly #circuits = new Map<string, Circuit>();

  /**
   * Notes that an exchange was refused for our client's sake, and opens if the client is at fault.
   *
   * @param check asks the provider about our client; called at most every 30 seconds
   */
  async refused(
    realm: string,
    { grantId, at: now }: ClientRefusal,
    check: () => Promise<ClientCheck | undefined>,
  ): Promise<void> {
    const circuit = this.#circuits.get(realm) ?? { refusals: [], openUntil: 0, verdict: undefined };
    this.#circuits.set(realm, circuit);
    circuit.refusals = withRefusal(circuit.refusals, { grantId, at: now });
    if (circuit.verdict === undefined || now - circuit.verdict.at >= VERDICT_MS) {
      circuit.verdict = {
        of: check().then(
          (found) => found?.verdict,
          () => undefined,
        ),
        at: now,
      };
    }
    if (isClientAtFault(circuit.refusals, await circuit.verdict.of)) circuit.openUntil = now + OPEN_MS;
  }

  /** Notes an answer that the provider only gives to a client that it accepts. */
  accepted(realm: string): void {
    const circuit = this.#circuits.get(realm);
    if (circuit !== undefined) circuit.refusals = [];
  }

  /**
   * Milliseconds until the provider may be asked again; undefined if it may be asked now.
   *
   * @param now monotonic milliseconds
   */
  openForMs(realm: string, now: number): number | undefined {
    const left = (this.#circuits.get(realm)?.openUntil ?? 0) - now;
    return left > 0 ? left : undefined;
  }
}
