import type { KeyObject } from 'node:crypto';
import type { ClientCertificate, Outgoing } from '../oauth/outgoing.ts';
import type { Secret } from '../secret.ts';
import type { OAuth2Definition } from './oauth-2/definition.ts';
import type { Provider } from './provider.ts';

/**
 * Providers that share an API, a client or settings. A family is a folder whose `index.ts` exports one of these, and a
 * line in `registry.ts`; the rest of the code knows it only by these members.
 */
export interface ProviderFamily<Settings = unknown> {
  /** The name of its folder, and the key of its settings. */
  readonly id: string;
  /** The names of its providers, which operators cannot use for their own. */
  readonly names: readonly string[];
  /** The environment variables that it reads, in display order. */
  readonly variables: readonly Variable[];
  /**
   * The variables of each of our clients. Setting the first one enables the client. The variables of one client are
   * used together: half of one set must never be completed with half of another.
   */
  readonly clients: readonly (readonly string[])[];
  /** The permissions that its frontend tokens can have; absent if it has none. */
  readonly frontendPermissions?: readonly string[];
  /** Reads its settings; problems are collected in `settings`. */
  readSettings(settings: SettingsReader): Settings;
  /** Whether these settings include accounts that users link themselves. */
  isLinkable(settings: Settings): boolean;
  /** Builds the configured providers. Their code is loaded here, so that reading a configuration does not load it. */
  build(settings: Settings, dependencies: ProviderDependencies): Promise<readonly Provider[]>;
}

/** What providers need besides their settings. */
export interface ProviderDependencies {
  /** Hard cap of one upstream call, in milliseconds. */
  readonly upstreamTimeoutMs: number;
  /** Returns the time in epoch milliseconds. */
  readonly now: () => number;
  /** How calls leave this machine. */
  readonly outgoing: Outgoing;
  /** Keyed proofs that an upstream user belongs to this subject; the first one is written, all are recognised. */
  readonly subjectProofs: (subject: string) => readonly string[];
}

/** One environment variable, as `--help` and the documentation show it. */
export interface Variable {
  readonly name: string;
  /** Undefined if it has no default. */
  readonly default: string | undefined;
  readonly meaning: string;
}

/** Reads variables one by one. Problems are collected, and the start is refused once all have been read. */
export interface SettingsReader<Known extends Variable = Variable> {
  readonly parsers: SettingParsers;
  has(variable: Known['name']): boolean;
  /** The parsed value; undefined if the variable is unset or refused. */
  read<T>(variable: Known['name'], parse: Parser<T>): T | undefined;
  /** As `read`, with the variable's default if it is unset. */
  decide<T>(variable: Extract<Known, { readonly default: string }>['name'], parse: Parser<T>): T;
  /** Refuses if only one of two variables is set; `where` says where to find both. */
  requireBoth(one: Known['name'], other: Known['name'], where: string): void;
  /**
   * Refuses a variable.
   *
   * @param problem the rest of a sentence that starts with the variable's name
   * @param accepted a whole sentence that says what to do
   */
  refuse(variable: Known['name'], problem: string, accepted: string): void;
  /** The OAuth 2 providers defined in the JSON file that a variable names. */
  readDefinitions(variable: Known['name']): readonly DefinedProvider[];
}

/**
 * Parses the text of a variable. If it is invalid, the parser throws the result of `refuse`, whose arguments are the
 * rest of a sentence that starts with the variable's name, and a whole sentence that says what is accepted. Neither
 * repeats the text.
 */
export type Parser<T> = (text: string, refuse: (problem: string, accepted: string) => Error) => T;

/** Parsers that families share. */
export interface SettingParsers {
  readonly clientId: Parser<string>;
  readonly clientSecret: Parser<Secret>;
  /** An https URL, returned without its trailing slash; http only for this machine. */
  readonly secureUrl: Parser<string>;
  /** Scopes (RFC 6749 section 3.3), separated by spaces or commas. */
  readonly scopes: Parser<readonly string[]>;
}

/** A provider that the operator defines. */
export interface DefinedProvider {
  readonly definition: OAuth2Definition;
  /** Undefined for a client that has none. */
  readonly clientSecret: Secret | undefined;
  /** The private key of a client that signs assertions. */
  readonly clientKey?: KeyObject;
  /** The certificate that a client shows when it connects. */
  readonly clientCertificate?: ClientCertificate;
}
