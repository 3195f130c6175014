import type { Hono } from 'hono';
import type { SandboxClock } from './clock.ts';

/** The tokens that a control call selects. */
export type TokenSelection =
  | { by: 'value'; value: string }
  | { by: 'account'; account: string; kind: TokenKindSelection }
  | { by: 'all'; kind: TokenKindSelection };

/** The kinds of token in a selection. */
export type TokenKindSelection = 'access' | 'refresh' | 'both';

/** The settings of any fake, as the control API sees them. */
export interface FakeSettings {
  readonly values: Readonly<Record<string, unknown> & { latency_ms: number; latency_before_ms?: number }>;
  change(input: unknown): void;
  reset(): void;
}

/** Data about a request that only the listener knows. */
export interface Circumstances {
  /** The caller's network address. */
  address: string;
  /** Waits `ms`, or until the sandbox closes. Resolves to false if it closed; nothing may change after that. */
  delay: (ms: number) => Promise<boolean>;
}

/** Control calls that only one fake has. */
export interface ControlCalls {
  /** Served below the control API's prefix; a `BadRequest` thrown there is handled as in other control calls. */
  readonly routes: Hono;
  /** The names of these calls, e.g. `POST accounts`, to list when an unknown one is made. */
  readonly names: string;
}

/** A fake provider, as the listener and the control API see it. */
export interface Fake {
  /** Identifies the fake in the state file, so that it does not load another fake's state. */
  readonly kind: string;
  /** The control API's name for an account, e.g. `user_id`. */
  readonly accountField: string;
  readonly clock: SandboxClock;
  readonly settings: FakeSettings;
  readonly controlCalls?: ControlCalls;
  /** Handles one request. */
  answer(request: Request, circumstances: Circumstances): Response | Promise<Response>;
  /** The oracle: accounts and tokens, in snake_case. */
  describe(): unknown;
  /** Expires the selected tokens now; returns their number. */
  expireTokens(selection: TokenSelection): number;
  /** Removes the selected tokens as if they had never existed; returns their number. */
  purgeTokens(selection: TokenSelection): number;
  /** Whether the state changed since the last call, so that reads cause no write. */
  takeChanged(): boolean;
  /** Returns the state as JSON data; `restore` takes it back. */
  snapshot(): unknown;
  restore(snapshot: unknown): void;
  /** Restores the initial state, except clock and settings, which the caller resets. */
  reset(): void;
}
