import type { Secret } from '../secret.ts';
import type { OAuth2Definition } from './oauth-2/definition.ts';
import type { Provider } from './provider.ts';

/**
 * Providers that share an API, a client or settings. A family is a folder whose `index.ts` gives one of these, and a line in
 * `registry.ts`; what the rest knows of it, it knows by these members.
 */
export interface ProviderFamily<Settings = unknown> {
  /** The name of its folder. Its settings are kept under it. */
  readonly id: string;
  /** The names of its providers, which no provider of the operator's own may have. */
  readonly names: readonly string[];
  /** The environment variables that it reads, in the order to show them. */
  readonly variables: readonly Variable[];
  /**
   * The variables that make up a client of ours, for each client. The first one of each is what an operator sets to have it.
   * Those of one client are taken together: half of one account must never be completed with half of another.
   */
  readonly clients: readonly (readonly string[])[];
  /** What its frontend tokens may be asked for; left out where it has none. */
  readonly frontendPermissions?: readonly string[];
  /** Reads its settings; what is wrong is noted in `settings`. */
  readSettings(settings: SettingsReader): Settings;
  /** Whether with these settings there are accounts that users link by themselves. */
  isLinkable(settings: Settings): boolean;
  /** Builds the providers that are configured. Their code is loaded here, so that reading a configuration needs none of it. */
  build(settings: Settings, dependencies: ProviderDependencies): Promise<readonly Provider[]>;
}

/** What providers are given besides their settings. */
export interface ProviderDependencies {
  /** Hard cap of one upstream call, in milliseconds. */
  readonly upstreamTimeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Keyed proofs that an upstream user is this subject's; the first is written, all are recognised. */
  readonly subjectProofs: (subject: string) => readonly string[];
}

/** One environment variable: what `--help` and the documentation say about it. */
export interface Variable {
  readonly name: string;
  /** Undefined where there is none. */
  readonly default: string | undefined;
  readonly meaning: string;
}

/** Reads variables one by one; what is wrong with them is noted, and the start is refused once all have been read. */
export interface SettingsReader<Known extends Variable = Variable> {
  readonly parsers: SettingParsers;
  has(variable: Known['name']): boolean;
  /** Undefined where the variable is unset, or refused. */
  read<T>(variable: Known['name'], parse: Parser<T>): T | undefined;
  /** As `read`, with the variable's default in place of nothing. */
  decide<T>(variable: Extract<Known, { readonly default: string }>['name'], parse: Parser<T>): T;
  /** Refuses where one of two is set without the other; `where` says where both are to be found. */
  requireBoth(one: Known['name'], other: Known['name'], where: string): void;
  /** Refuses a variable: the end of a sentence that begins with its name, and a whole one that says what to do. */
  refuse(variable: Known['name'], problem: string, accepted: string): void;
  /** The OAuth 2 providers that a JSON file defines, named by a variable. */
  readDefinitions(variable: Known['name']): readonly DefinedProvider[];
}

/**
 * Reads the text of a variable. Where it can't be used, it throws what `refuse` makes of the end of a sentence that begins
 * with the variable's name, and of a whole one that says what is accepted. Neither repeats the text.
 */
export type Parser<T> = (text: string, refuse: (problem: string, accepted: string) => Error) => T;

/** Parsers that families share. */
export interface SettingParsers {
  readonly clientId: Parser<string>;
  readonly clientSecret: Parser<Secret>;
  /** An https URL without its last slash; http for this machine alone. */
  readonly secureUrl: Parser<string>;
  /** Scopes (RFC 6749 section 3.3), parted by spaces or commas. */
  readonly scopes: Parser<readonly string[]>;
}

/** A provider of the operator's own. */
export interface DefinedProvider {
  readonly definition: OAuth2Definition;
  /** Undefined for a public client. */
  readonly clientSecret: Secret | undefined;
}
