import { Secret } from '../../src/secret.ts';
import type { Stores } from '../../src/stores/index.ts';
import { exchangeOnce } from './real-grants.ts';

/** Whatever statements are timed on. */
export interface Scene {
  readonly stores: Stores;
  readonly realm: string;
  readonly grants: number;
  /** Past the stores. */
  readonly query: (sql: string) => Promise<any[]>;
  /** The id of one of the grants in use, by its number from 1. */
  readonly idOf: (n: number) => string;
}

/** What a statement is called, and how often it is asked. */
export interface Statement {
  readonly name: string;
  readonly times: number;
  /** Asks once; gives the milliseconds it took, by name where one turn asks several things. */
  readonly ask: (turn: number) => Promise<Readonly<Record<string, number>>>;
  /** What must be so before the first time. */
  readonly before?: () => Promise<void>;
}

const DAY_MS = 86_400_000;
const RETENTION = { factsMs: 30 * DAY_MS, tokensMs: DAY_MS, lostMs: 180 * DAY_MS, irreparable: [] };
const SUCCESSION = { graceMs: DAY_MS, chainMs: 7 * DAY_MS };
/** What `load` counts: exchanges of the last minute, as many in every size. */
const RECENT = 500;

/** Every statement that callers or upkeep ask all the time, in an order in which none spoils the next one's scene. */
export function statementsOf({ stores, realm, grants, query, idOf }: Scene): Statement[] {
  const { grants: store, upkeep, links, successions, vainConsents, pauses } = stores;
  const some = () => 1 + Math.floor(Math.random() * grants);
  const subject = () => `live-${some()}`;
  const tokens: Secret[] = [];
  const one = (
    name: string,
    times: number,
    work: (turn: number) => Promise<unknown>,
    before?: () => Promise<void>,
  ): Statement => ({
    name,
    times,
    ask: async (turn) => ({ [name]: await timed(() => work(turn)) }),
    ...(before && { before }),
  });
  const recent = async () => {
    await query(`update exchanges set opened_at = ${Date.now()} where id = 10 and grant_id in
      (select grant_id from connections where realm = '${realm}' and subject like 'live-%' limit ${RECENT})`);
  };
  return [
    one('view', 1_000, () => store.view(realm, subject())),
    one('account', 300, () => store.account(realm, subject())),
    one('claims', 500, () => store.exchangeStatus(idOf(some()))),
    one('lastExchanged', 300, () => store.lastExchanged(idOf(some()))),
    one('pause', 100, () => pauses.read(realm)),
    one('load', 40, () => upkeep.load(realm), recent),
    one('due', 40, () => upkeep.due(realm, 64)),
    one('lapsing', 40, () => upkeep.lapsing(realm, 64)),
    one('lapses', 20, () => upkeep.lapses(realm, [3_600_000, DAY_MS])),
    one('noteLapsed, 10 of them', 10, () => upkeep.noteLapsed(realm, 10)),
    one('noteUsed, 100 of them', 20, () =>
      upkeep.noteUsed(several(100, () => ({ grantId: idOf(some()), exchangeId: 10 }))),
    ),
    one('noteRealms', 10, () => upkeep.noteRealms()),
    {
      name: 'open, lease, finish',
      times: 200,
      ask: async () => {
        const stored = await exchangeOnce(store, { realm, subject: subject(), kind: 'refresh' });
        tokens.push(stored.accessToken);
        return { open: stored.openMs, lease: stored.leaseMs, finish: stored.finishMs };
      },
    },
    one('successor found', 200, (turn) =>
      successions.find(realm, tokens[turn % tokens.length] ?? new Secret('none'), SUCCESSION),
    ),
    one('successors ended', 50, () => successions.end(realm, subject(), undefined)),
    one('noteCalls, 100 of them', 20, () => successions.noteCalls(realm, several(100, subject))),
    {
      name: 'a link from ticket to code',
      times: 50,
      ask: async (turn) => {
        const [ticket, state, browser] = ['ticket', 'state', 'browser'].map(
          (word) => new Secret(`${word}-${turn}`),
        ) as [Secret, Secret, Secret];
        const [code, completion] = [new Secret(`code-${turn}`), new Secret(`completion-${turn}`)];
        const link = {
          realm,
          subject: subject(),
          returnTo: 'https://app.example/',
          ticket,
          expiresAt: Date.now() + 600_000,
        };
        return {
          'link begun': await timed(() => links.begin(link)),
          'link departed': await timed(() =>
            links.startAuthorization(ticket, { browser, state, codeVerifier: new Secret('verifier') }),
          ),
          'link received': await timed(() => links.receive(state, browser, { code, completion })),
          'link taken': await timed(() => links.take(completion, link)),
        };
      },
    },
    one('vain consent looked for', 50, () => vainConsents.takeVain(realm)),
    one('expired links forgotten', 10, () => vainConsents.forgetExpired()),
    one('forget', 3, () => upkeep.forget(RETENTION, 250)),
    one(
      'forget, nothing left',
      10,
      () => upkeep.forget(RETENTION, 500),
      async () => {
        for (let isMore = true; isMore;) {
          const forgotten = await upkeep.forget(RETENTION, 500);
          isMore = forgotten.kind === 'forgotten' && forgotten.isMore;
        }
      },
    ),
  ];
}

function several<What>(count: number, make: () => What): What[] {
  return Array.from({ length: count }, make);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
