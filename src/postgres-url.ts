/** What a Postgres URL says about where the server is; nothing of it is secret but `urls`. */
export interface PostgresAddress {
  /** One URL for each host, in the order given; they hold the password. */
  readonly urls: readonly string[];
  /** `host:port` of each, to be shown. */
  readonly hosts: readonly string[];
  readonly database: string;
  /** Where the URL says which servers will do, as libpq's `target_session_attrs`. */
  readonly target: string | undefined;
}

const URL_OF_HOSTS = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#@]*)([/?#][^]*)?$/;
const TARGET = 'target_session_attrs';

/**
 * Reads the URL of a Postgres database, which may name several hosts as libpq's do:
 * `postgres://user:password@h1:5432,h2:5433/database?target_session_attrs=read-write`.
 *
 * @returns undefined where it is none
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

/** One host's own URL, without what the driver doesn't know: it would take it for a setting of the server's. */
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
