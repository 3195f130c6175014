import type { RawDatabase } from './raw-database.ts';

/** How many of each kind there are to be. */
export interface Population {
  readonly realm: string;
  /** Grants that are in use, each with so many exchanges. */
  readonly grants: number;
  readonly exchangesEach: number;
  /** Sealed tokens to repeat in rows that nobody opens. */
  readonly accessToken: Uint8Array;
  readonly refreshToken: Uint8Array;
  /** Whether every refresh leaves an event of its own in this version. */
  readonly hasRefreshEvents: boolean;
}

/** A grant's id, by its kind, as a digit within it. */
export const KINDS = { live: '1', idle: '2', dead: '3' } as const;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The last exchanges of grants in use, from the oldest to the newest, lie within a month: none is to be forgotten. */
const HISTORY_MS = 29 * DAY_MS;
/** The oldest exchanges of so many grants are older, and are to be forgotten. */
export const MOST_FORGETTABLE = 1_000;
/** So many refresh tokens have ended without anybody having noted it. */
export const MOST_LAPSED = 200;
/** Of the exchanges of grants that are dead: the tokens, and the refusal. */
const WHEN_DEAD_MS = 40 * DAY_MS;

/** One step of filling a database, and what to say when it begins. */
export interface Step {
  readonly what: string;
  readonly statement: string;
}

/**
 * What fills a database: so many grants in use; as many whose one access token ended unrenewed within the last minutes, in
 * use as well; half as many dead ones, which were refused longer ago than anything is remembered; and links under way for
 * every tenth. Each step is as of the moment when it is asked for. Columns are named, and those with a default left out, so that other versions' schemas take it too.
 */
export function* stepsOf(raw: RawDatabase, population: Population): Generator<Step, void> {
  const { realm, grants, exchangesEach } = population;
  const begun = Date.now();
  yield* peopleOf(raw, population, begun);
  for (let k = 1; k <= exchangesEach; k++) yield* exchangeOf(raw, population, k, begun);
  yield* deadOf(raw, population, begun);
  // As late as can be: what ended lately must still have ended lately when it is measured.
  yield* idleOf(raw, population, Date.now());
  const now = Date.now();
  yield {
    what: 'links',
    statement: `insert into links (id, realm, subject, return_to, step, ticket_hash, created_at, expires_at)
      select ${raw.idOf('n', '4')}, '${realm}', 'live-' || n, 'https://app.example/', 'begun', ${raw.someHash},
        ${now}, ${now + 60 * MINUTE_MS} from ${raw.numbers(Math.ceil(grants / 10))} s`,
  };
}

function peopleOf(raw: RawDatabase, { realm, grants }: Population, now: number): Step[] {
  const created = now - 60 * DAY_MS;
  return Object.entries({ live: grants, idle: grants, dead: Math.ceil(grants / 2) }).flatMap(([kind, count]) => {
    const id = raw.idOf('n', KINDS[kind as keyof typeof KINDS]);
    return [
      {
        what: `${kind} grants`,
        statement: `insert into grants (id, realm, integrated_at, created_at)
          select ${id}, '${realm}', ${created}, ${created} from ${raw.numbers(count)} s order by 1`,
      },
      {
        what: `their connections`,
        statement: `insert into connections (realm, subject, grant_id, created_at, called_at)
          select '${realm}', '${kind}-' || n, ${id}, ${created}, ${now} from ${raw.numbers(count)} s order by 2`,
      },
    ];
  });
}

/** The exchange of this number of every grant in use, in the order of time, as they would have come to be. */
function exchangeOf(raw: RawDatabase, population: Population, k: number, now: number): Step[] {
  const { realm, grants, exchangesEach, accessToken, refreshToken, hasRefreshEvents } = population;
  const isLast = k === exchangesEach;
  const id = raw.idOf('n', KINDS.live);
  const regular = now - Math.floor(HISTORY_MS * (1 - k / (exchangesEach + 1)));
  // The oldest of some are older than what is remembered.
  const at =
    k <= 2 ? `case when n <= ${MOST_FORGETTABLE} then ${now - 35 * DAY_MS + k} else ${regular} end` : `${regular}`;
  const expires = isLast ? `${now + 50 * MINUTE_MS}` : `${at} + ${60 * MINUTE_MS}`;
  const type = k === 1 ? 'grant.created' : 'grant.refreshed';
  const event = {
    what: `events ${k} of ${exchangesEach}`,
    statement: `insert into events (number, type, at, realm, grant_id, subjects, exchange_id)
      select ${k}, '${type}', ${at}, '${realm}', ${id}, '["live-' || n || '"]', ${k} from ${raw.numbers(grants)} s`,
  };
  return [
    {
      what: `exchanges ${k} of ${exchangesEach}`,
      statement: `insert into exchanges
        (grant_id, id, nonce, lineage, kind, presented_id, holder, opened_at, lease_until, finished_at, outcome, outcome_at)
        select ${id}, ${k}, 'nonce-of-22-bytes-' || ${k} || '-' || n, '1', ${k === 1 ? `'provision', null` : `'refresh', ${k - 1}`},
          'a-machine-of-36-bytes-and-its-boot-id:12345.1234567:a-word-of-its-own-of-36-bytes', ${at}, ${at} + 10000,
          ${at} + 150, 'obtained', ${at} + 150
        from ${raw.numbers(grants)} s order by 1`,
    },
    {
      what: `credentials ${k} of ${exchangesEach}`,
      statement: `insert into credentials (grant_id, exchange_id, nonce, realm, opened_at, obtained_at, expires_at,
          refresh_expires_at, token_type, access_token, access_token_hash, refresh_token, ended_at, end_reason, used_at,
          renew_at, lapse_at)
        select ${id}, ${k}, 'nonce-of-22-bytes-' || ${k} || '-' || n, '${realm}', ${at}, ${at} + 100, ${expires},
          ${at} + ${300 * DAY_MS}, 'Bearer', ${raw.bytes(accessToken)}, ${raw.someHash}, ${raw.bytes(refreshToken)},
          ${isLast ? 'null, null' : `${at} + ${60 * MINUTE_MS}, 'exchanged'`},
          ${isLast ? `case when n % 2 = 0 then ${at} end` : at}, ${expires} - ${8 * MINUTE_MS}, ${at} + ${290 * DAY_MS}
        from ${raw.numbers(grants)} s order by 1`,
    },
    ...(k === 1 || hasRefreshEvents ? [event] : []),
  ];
}

/** In use, due for a while, and ended before anybody renewed them: a provider that was away, or slower than its users. */
function idleOf(raw: RawDatabase, { realm, grants, accessToken, refreshToken }: Population, now: number): Step[] {
  const id = raw.idOf('n', KINDS.idle);
  const at = now - 60 * MINUTE_MS;
  const lapsed = Math.min(MOST_LAPSED, Math.floor(grants / 2));
  return [
    {
      what: 'exchanges of what ended unrenewed',
      statement: `insert into exchanges
        (grant_id, id, nonce, lineage, kind, holder, opened_at, lease_until, finished_at, outcome, outcome_at)
        select ${id}, 1, 'nonce-of-22-bytes-' || n, '1', 'provision', 'nobody', ${at}, ${at}, ${at}, 'obtained', ${at}
        from ${raw.numbers(grants)} s order by 1`,
    },
    {
      what: 'what ended unrenewed',
      statement: `insert into credentials (grant_id, exchange_id, nonce, realm, opened_at, obtained_at, expires_at,
          refresh_expires_at, token_type, access_token, access_token_hash, refresh_token, used_at, renew_at, lapse_at)
        select ${id}, 1, 'nonce-of-22-bytes-' || n, '${realm}', ${at}, ${at}, ${now} - cast(${raw.chance} * 60000 as integer),
          case when n <= ${lapsed} then ${now - 1000} else ${now + 300 * DAY_MS} end, 'Bearer', ${raw.bytes(accessToken)},
          ${raw.someHash}, ${raw.bytes(refreshToken)}, ${at}, ${now} - 60000 - cast(${raw.chance} * 240000 as integer),
          case when n <= ${lapsed} then ${now - 60_000} else ${now + 290 * DAY_MS} end
        from ${raw.numbers(grants)} s order by 1`,
    },
  ];
}

/** Their only refresh token was refused long ago. What they know is kept, lest it be told again. */
function deadOf(raw: RawDatabase, { realm, grants, accessToken, refreshToken }: Population, now: number): Step[] {
  const id = raw.idOf('n', KINDS.dead);
  const at = now - WHEN_DEAD_MS;
  const numbers = raw.numbers(Math.ceil(grants / 2));
  const exchange = (k: number, kind: string, outcome: string) => ({
    what: `exchanges of dead grants, ${k} of 2`,
    statement: `insert into exchanges
      (grant_id, id, nonce, lineage, kind, presented_id, holder, opened_at, lease_until, finished_at, outcome, outcome_at)
      select ${id}, ${k}, 'nonce-of-22-bytes-' || ${k} || n, '1', '${kind}', ${k === 1 ? 'null' : 1}, 'nobody', ${at + k}, ${at + k},
        ${at + k}, '${outcome}', ${at + k} from ${numbers} s order by 1`,
  });
  return [
    exchange(1, 'provision', 'obtained'),
    exchange(2, 'refresh', 'rejected'),
    {
      what: 'credentials of dead grants',
      statement: `insert into credentials (grant_id, exchange_id, nonce, realm, opened_at, obtained_at, expires_at, token_type,
          access_token, access_token_hash, refresh_token, ended_at, end_reason, used_at, renew_at)
        select ${id}, 1, 'nonce-of-22-bytes-' || 1 || n, '${realm}', ${at}, ${at}, ${at + 60 * MINUTE_MS}, 'Bearer',
          ${raw.bytes(accessToken)}, ${raw.someHash}, ${raw.bytes(refreshToken)}, ${at + 2}, 'rejected', ${at}, ${at}
        from ${numbers} s order by 1`,
    },
    {
      what: 'events of dead grants',
      statement: `insert into events (number, type, reason, at, realm, grant_id, subjects, exchange_id)
        select 1, 'grant.reconnect_required', 'refused', ${at + 2}, '${realm}', ${id}, '["dead-' || n || '"]', 2 from ${numbers} s`,
    },
  ];
}
