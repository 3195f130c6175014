/** The parts of a Postgres URL. Only `urls` holds a secret. */
export interface PostgresAddress {
  /** One URL per host, in the order given. They hold the password. */
  readonly urls: readonly string[];
  /** `host:port` of each host, safe to show. */
  readonly hosts: readonly string[];
  readonly database: string;
  /** The URL's `target_session_attrs`, as in libpq; undefined if it has none. */
  readonly target: string | undefined;
}

const URL_OF_HOSTS = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#@]*)([/?#][^]*)?$/;
const TARGET = 'target_session_attrs';

/**
 * Parses a Postgres URL, which may name several hosts as in libpq:
 * `postgres://user:password@h1:5432,h2:5433/database?target_session_attrs=read-write`.
 *
 * @returns undefined if it is not such a URL
 */
export function parsePostgresUrl(text: string): PostgresAddress | undefined {
  const [, start = '', hosts, rest = ''] = URL_OF_HOSTS.exec(text) ?? [];
  if (hosts === undefined) return undefined;
  const parsed = hosts.split(',').map((host) => parseOne(start + host + rest));
  const all = parsed.filter((each) => each !== undefined);
  const [first] = all;
  if (first === undefined || all.length < parsed.length) return undefined;
  return {
    urls: all.map(({ url }) => url),
    hosts: all.map(({ host }) => host),
    database: first.database,
    target: first.target,
  };
}

/**
 * The URL of one host, without `target_session_attrs`: the driver does not know it and would pass it to the server as a
 * setting.
 */
function parseOne(
  text: string,
): { url: string; host: string; database: string; target: string | undefined } | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const database = url.pathname.slice(1);
  if (url.hostname === '' || database === '') return undefined;
  const target = url.searchParams.get(TARGET) ?? undefined;
  if (target === undefined) return { url: text, host: url.host, database, target };
  url.searchParams.delete(TARGET);
  return { url: url.href, host: url.host, database, target };
}
