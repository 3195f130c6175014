import type { Proxies } from '../oauth/outgoing.ts';
import { Secret } from '../secret.ts';
import type { Environment } from './env.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';

/** How calls leave this machine. */
export interface OutgoingConfig {
  /** Undefined if the operator gives none. */
  readonly userAgent: string | undefined;
  readonly proxies: Proxies | undefined;
}

/** Reads the variables of calls that leave. Those of proxies may be in lower case, which then counts. */
export function decideOutgoing(settings: Settings, environment: Environment): OutgoingConfig {
  const proxy = (variable: 'HTTPS_PROXY' | 'HTTP_PROXY') => {
    const name = variable.toLowerCase();
    const text = environment[name]?.trim() ?? '';
    if (text === '') return settings.read(variable, parseProxy);
    try {
      return parseProxy(text);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      settings.refuse(name, error.problem, error.accepted);
      return undefined;
    }
  };
  const [https, http] = [proxy('HTTPS_PROXY'), proxy('HTTP_PROXY')];
  const except = environment['no_proxy']?.trim() ?? settings.read('NO_PROXY', (text) => text) ?? '';
  return {
    userAgent: settings.read('EVERGRANT_USER_AGENT', parseUserAgent),
    proxies: https === undefined && http === undefined ? undefined : { https, http, except },
  };
}

/** Many write the host alone. */
function parseProxy(text: string): Secret {
  const written = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== '' && isDecodable(url)) {
    return new Secret(url.href);
  }
  throw new Refusal(
    'is not the URL of a proxy',
    'Accepted: http://host:port or https://, with user:password@ if it asks.',
  );
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

function parseUserAgent(text: string): string {
  if (/^[\x20-\x7e]{1,256}$/.test(text)) return text;
  throw new Refusal('holds what no header can carry, or too much', 'Accepted: 1 to 256 printable ASCII characters.');
}
