import { Agent, EnvHttpProxyAgent, Pool, type Dispatcher } from 'undici';
import type { Secret } from '../secret.ts';

/** How calls leave this machine. */
export interface Outgoing {
  /** Sent as `User-Agent`; some servers refuse calls without one. */
  readonly userAgent: string;
  /** Undefined if every call goes straight to its server. */
  readonly proxies?: Proxies | undefined;
}

/** The proxies that calls go through. Their URLs may hold a user and a password. */
export interface Proxies {
  /** For https URLs, by CONNECT; if undefined, `http` serves them too. */
  readonly https?: Secret | undefined;
  /** For http URLs. */
  readonly http?: Secret | undefined;
  /** Hosts to call straight, as `NO_PROXY` lists them. */
  readonly except: string;
}

/** What a client shows of itself while a connection is made (RFC 8705), both in PEM. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: Secret;
}

/** The name under which calls are sent if none is configured. */
export const UNCONFIGURED: Outgoing = { userAgent: 'evergrant' };

/** How long to wait for a connection, and for the proxy's word on one, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Never proxied: a proxy elsewhere would reach its own. */
const THIS_MACHINE = 'localhost,127.0.0.1,::1';

/**
 * Opens an HTTP client that goes through the proxies. It offers no HTTP/2, because that client resends a refused stream
 * by itself.
 *
 * @param shown the client's certificate, which a proxy does not see
 */
export function openClient({ proxies }: Outgoing, options: Agent.Options, shown?: ClientCertificate): Dispatcher {
  const identity = shown === undefined ? {} : { cert: shown.certificate, key: shown.key.reveal() };
  const common = { ...options, connect: { timeout: CONNECT_TIMEOUT_MS, ...identity }, allowH2: false };
  if (proxies === undefined) return new Agent(common);
  return new EnvHttpProxyAgent({
    ...common,
    // An empty text keeps it from looking into the environment of the process.
    httpProxy: proxies.http?.reveal() ?? '',
    httpsProxy: proxies.https?.reveal() ?? '',
    noProxy: `${proxies.except},${THIS_MACHINE}`,
    connectTimeout: CONNECT_TIMEOUT_MS,
    proxyTls: { allowH2: false },
    requestTls: identity,
    clientFactory: (origin, given) =>
      new Pool(origin, { ...given, allowH2: false, headersTimeout: CONNECT_TIMEOUT_MS }),
  });
}
