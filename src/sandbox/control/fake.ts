import type { Hono } from 'hono';
import type { SandboxClock } from './clock.ts';

/** Which tokens a control call is about. */
export type TokenSelection =
  | { by: 'value'; value: string }
  | { by: 'account'; account: string; kind: TokenKindSelection }
  | { by: 'all'; kind: TokenKindSelection };

/** The kinds of token a selection covers. */
export type TokenKindSelection = 'access' | 'refresh' | 'both';

/** What the control API needs to know of the settings of any fake. */
export interface FakeSettings {
  readonly values: Readonly<Record<string, unknown> & { latency_ms: number; latency_before_ms?: number }>;
  change(input: unknown): void;
  reset(): void;
}

/** What the listener tells a fake about one request besides the request itself. */
export interface Circumstances {
  /** The caller's network address. */
  address: string;
  /** Waits, at most until the sandbox closes. Gives false when it closed; nothing may be changed any more then. */
  delay: (ms: number) => Promise<boolean>;
}

/** Calls that the control API has for one fake alone. */
export interface ControlCalls {
  /** Served below the control API's prefix; a `BadRequest` that they throw is answered as any other of its. */
  readonly routes: Hono;
  /** What they are, for whoever calls one that is not there, e.g. `POST accounts`. */
  readonly names: string;
}

/** A fake provider, as the listener and the control API see it. */
export interface Fake {
  /** A word for the state file, so that one fake does not load another's state. */
  readonly kind: string;
  /** The word by which the control API names an account, e.g. `user_id`. */
  readonly accountField: string;
  readonly clock: SandboxClock;
  readonly settings: FakeSettings;
  readonly controlCalls?: ControlCalls;
  /** Does the work of one request. */
  answer(request: Request, circumstances: Circumstances): Response | Promise<Response>;
  /** The oracle: accounts and tokens, in snake_case. */
  describe(): unknown;
  /** Makes the selected tokens expire now; gives how many there were. */
  expireTokens(selection: TokenSelection): number;
  /** Removes the selected tokens as if they had never been; gives how many there were. */
  purgeTokens(selection: TokenSelection): number;
  /** Tells whether the state changed since the last call, so that a read costs no write. */
  takeChanged(): boolean;
  /** The state as JSON data, and back. */
  snapshot(): unknown;
  restore(snapshot: unknown): void;
  /** Everything as at the start, except clock and settings, which the caller resets. */
  reset(): void;
}
