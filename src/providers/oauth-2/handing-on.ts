import { providerDataIn, writeProviderData } from '../../oauth/provider-data.ts';
import type { ExchangeResult } from '../provider.ts';

const CALLBACK = 'callback.';

/** Where what is handed on may come from. */
export interface Said {
  /** The token endpoint's answer. */
  readonly json: unknown;
  /** What the browser brought back beside the code, at the redemption of one. */
  readonly callback?: Readonly<Record<string, string>> | undefined;
  /** The scope that was asked for, at the redemption of a code: an answer that names none has granted it. */
  readonly askedScope?: string | undefined;
}

/** The parameters of the callback that a definition hands on. */
export function callbackNames(handOn: readonly string[] = []): readonly string[] {
  return handOn.filter((name) => name.startsWith(CALLBACK)).map((name) => name.slice(CALLBACK.length));
}

/** Adds to tokens what the provider said besides, as far as a definition hands it on. */
export function handingOn(result: ExchangeResult, handOn: readonly string[] | undefined, said: Said): ExchangeResult {
  if (handOn === undefined || result.kind !== 'obtained') return result;
  const { json, callback = {}, askedScope } = said;
  const names = handOn.filter((name) => !name.startsWith(CALLBACK));
  // RFC 6749 section 5.1.
  const scope = askedScope !== undefined && names.includes('scope') ? { scope: askedScope } : {};
  const brought = Object.fromEntries(
    callbackNames(handOn).flatMap((name) => (Object.hasOwn(callback, name) ? [[name, callback[name]]] : [])),
  );
  const providerData = writeProviderData({ ...scope, ...brought, ...providerDataIn(json, names) });
  return { ...result, tokens: { ...result.tokens, providerData } };
}
