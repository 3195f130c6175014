import { request } from 'undici';
import { toAnswer, type Answer } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { until } from '../../support/scene.ts';
import type { Account, Player, Truth } from './player.ts';

/** Anything that serves the API at an address. */
export interface Reachable {
  readonly url: string;
}

/** A call that the provider has, and the caller who waits for it. */
export interface Held {
  /** What the caller gets; undefined where the service dies first, or the caller has left. */
  readonly answer: Promise<Answer | undefined>;
  readonly leave: () => void;
}

/** Reads the database past the services. */
export type Rows = (sql: string) => Promise<any[]>;

/** One subject's grant at one kind of provider, and both sides' knowledge of it. */
export class Grant {
  readonly player: Player;
  readonly subject: string;
  readonly account: Account;
  readonly #rows: Rows;

  constructor(player: Player, subject: string, account: Account, rows: Rows) {
    this.player = player;
    this.subject = subject;
    this.account = account;
    this.#rows = rows;
  }

  /** Where tokens of this kind are asked for. */
  static path(kind: string): string {
    return `/api/v1/connections/${kind}/token/`;
  }

  ask(service: Reachable, body: object = {}, signal?: AbortSignal): Promise<Answer> {
    return ask(service.url + Grant.path(this.player.kind.name), jwt(this.subject), body, signal);
  }

  /** Asks so many times at every service, all at once. */
  askAll(services: readonly Reachable[], times: number, body: object = {}): Promise<Answer[]> {
    return Promise.all(services.flatMap((service) => Array.from({ length: times }, () => this.ask(service, body))));
  }

  /**
   * Asks, and lets the provider do this with the call. Nobody else may ask the same provider meanwhile, or it is done to them.
   *
   * @returns once the call has arrived there
   */
  async hold(service: Reachable, fault: object): Promise<Held> {
    const before = await this.player.asked();
    await this.player.fault(fault);
    const left = new AbortController();
    const answer = this.ask(service, { force_refresh: true }, left.signal).catch(() => undefined);
    await until(async () => (await this.player.asked()) > before, `a call for ${this.subject} has arrived upstream`);
    return {
      answer,
      leave: () => {
        left.abort();
      },
    };
  }

  /** The exchanges that asked the provider, as `kind outcome`. Every call upstream is one. */
  async exchanges(): Promise<string[]> {
    const rows = await this.#rows(`select e.kind, e.outcome from exchanges e where e.grant_id in (${this.#ids()})
      and e.kind not in ('import', 'link') order by e.id`);
    return rows.map(({ kind, outcome }) => `${kind} ${outcome}`);
  }

  /** When the last of them was begun, in epoch milliseconds. */
  async lastAskedAt(): Promise<number> {
    const [{ at }] = await this.#rows(`select max(opened_at) as at from exchanges where grant_id in (${this.#ids()})`);
    return Number(at);
  }

  /** What was told of it, as `type reason`; that it was imported goes without saying. */
  async events(): Promise<string[]> {
    const rows = await this.#rows(`select type, reason from events where grant_id in (${this.#ids()})
      and type <> 'grant.created' order by id`);
    return rows.map(({ type, reason }) => `${type} ${reason}`);
  }

  /** What the provider honours. */
  truth(): Promise<Truth> {
    return this.player.truth(this.account.id);
  }

  #ids(): string {
    return `select grant_id from connections where subject = '${this.subject}' and realm like '${this.player.kind.name} %'`;
  }
}

/** By undici's own client: these tests make thousands of calls, and each costs a fraction of what `fetch` does. */
async function ask(url: string, bearer: string, body: object, signal: AbortSignal | undefined): Promise<Answer> {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  const sent = { method: 'POST', headers, body: JSON.stringify(body), headersTimeout: 120_000 } as const;
  const answer = await request(url, signal === undefined ? sent : { ...sent, signal });
  const given = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
  return toAnswer(answer.statusCode, new Headers(given), await answer.body.text());
}
