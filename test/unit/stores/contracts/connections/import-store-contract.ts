import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ImportedGrant, ScheduledImport } from '../../../../../src/grants/storage/import-store.ts';
import { Secret } from '../../../../../src/secret.ts';
import type { Stores } from '../../../../../src/stores/index.ts';
import type { StorePlace } from '../grants/grant-store-contract.ts';
import { intentOf } from '../../../../support/stores/intent-of.ts';
import { obtained, profile, REALM, SUBJECT } from '../../../../support/stores/one-grant.ts';
import { finishObtained, scheduledImport } from '../../../../support/stores/scheduled.ts';

const END = Date.UTC(2026, 5, 2);

/** A place for imports. */
export interface ImportPlace extends StorePlace {
  openAll(): Promise<Stores>;
  /** Runs a statement past the stores. */
  query(sql: string): Promise<Record<string, unknown>[]>;
}

/** Tokens of alice's account 179 that are named after `name`, unless told otherwise. */
export function imported(name: string, more: Partial<ImportedGrant> = {}): ScheduledImport {
  return scheduledImport({
    realm: REALM,
    subject: SUBJECT,
    accountId: '179',
    access: { token: new Secret(name), expiresAt: END },
    refresh: { token: new Secret(`refresh-${name}`), expiresAt: undefined },
    tokenType: 'Bearer',
    ...more,
  });
}

async function open(openPlace: () => Promise<ImportPlace>) {
  const place = await openPlace();
  const stores = await place.openAll();
  const view = (subject = SUBJECT) => stores.grants.view(REALM, subject);
  return {
    place,
    ...stores,
    view,
    current: async (subject?: string) => (await view(subject))?.current?.accessToken().reveal(),
    /** Every row of the facts, so that nothing can change unseen. */
    facts: async () => {
      const tables = ['grants', 'connections', 'exchanges', 'credentials', 'events'];
      const rows = await Promise.all(tables.map((table) => place.query(`select * from ${table} order by 1, 2`)));
      return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    },
    /** Has the service open an exchange on a new grant of the subject. */
    begin: async (kind: 'provision' | 'refresh' | 'recover') => {
      await stores.grants.connect(REALM, SUBJECT);
      return (await stores.grants.openExchange(await intentOf(stores.grants, REALM, SUBJECT, kind)))!;
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

/** Where each table names its grant. */
const GRANT_IN = {
  grants: 'id',
  connections: 'grant_id',
  exchanges: 'grant_id',
  credentials: 'grant_id',
  events: 'grant_id',
};
/** Columns in which no two grants are alike. */
const OWN = /^(?:id|grant_id|subject|subjects|account_id|nonce|detail|.*_token|.*_token_hash|renew_at)$/;

/** A database that takes everything but one user's event, which is written last. */
const REFUSING_USER_13: Readonly<Record<string, readonly string[]>> = {
  SQLite: [
    `create trigger refusing before insert on events when new.subjects = '["user-13"]'
      begin select raise(abort, 'user 13 is refused'); end`,
  ],
  Postgres: [
    `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'user 13 is refused'; end $$`,
    `create trigger refusing before insert on events for each row when (new.subjects = '["user-13"]')
      execute function refuse()`,
  ],
};

/** What every store of imports must do, whatever database is under it. */
export function importStoreContract(database: string, openPlace: () => Promise<ImportPlace>): void {
  describe(`an import in ${database}`, () => {
    it('gives an account that was made for one subject to no other', async () => {
      await using scene = await open(openPlace);
      const own = { isOneSubjects: true };
      assert.deepEqual(await scene.imports.add([imported('one', own)]), ['imported']);
      const before = await scene.facts();
      assert.deepEqual(await scene.imports.add([imported('two', { ...own, subject: 'bob' })]), ['account_elsewhere']);
      assert.equal(await scene.facts(), before);
      assert.deepEqual(await scene.imports.add([imported('three', own)]), ['imported']);
    });

    it('is the current credential of a new grant with its account', async () => {
      await using at = await open(openPlace);
      assert.deepEqual(await at.imports.add([imported('one')]), ['imported']);
      const view = (await at.view())!;
      assert.equal(view.accountId, '179');
      assert.equal(view.integratedAt, at.place.clock.now());
      assert.equal(view.current?.accessToken().reveal(), 'one');
      assert.equal(view.current.refreshToken()?.reveal(), 'refresh-one');
      assert.deepEqual([view.current.expiresAt, view.current.tokenType, view.unsettled], [END, 'Bearer', false]);
      const [exchange] = await at.place.query('select kind, outcome, detail from exchanges');
      assert.deepEqual([exchange?.['kind'], exchange?.['outcome']], ['import', 'obtained']);
      assert.match(String(exchange?.['detail']), /^import [\w-]{43} account 179$/);
      const [event, ...more] = await at.place.query('select type, subjects from events');
      assert.deepEqual([event?.['type'], event?.['subjects'], more], ['grant.created', '["alice"]', []]);
      assert.equal((await at.grants.account(REALM, SUBJECT))?.profile, undefined);
      const { held, isUnresolved } = await at.grants.exchangeStatus(view.grantId);
      assert.deepEqual([held, isUnresolved], [false, false]);
    });

    it('changes nothing the second time, be it in one go or another', async () => {
      await using at = await open(openPlace);
      assert.deepEqual(await at.imports.add([imported('one'), imported('one')]), ['imported', 'already_there']);
      const before = await at.facts();
      await at.place.clock.advance(1_000);
      assert.deepEqual(await at.imports.add([imported('one')]), ['already_there']);
      assert.equal(await at.facts(), before);
    });

    it('is known again once its token was exchanged', async () => {
      await using at = await open(openPlace);
      await at.imports.add([imported('one')]);
      const exchange = await at.begin('refresh');
      await finishObtained(at.grants, exchange, obtained('two'));
      assert.deepEqual(await at.imports.add([imported('one')]), ['already_there']);
      assert.equal(await at.current(), 'two');
    });

    it('without an access token has one that is expired and no one can present', async () => {
      await using at = await open(openPlace);
      const bare = imported('one', { access: undefined });
      assert.deepEqual(await at.imports.add([bare, bare]), ['imported', 'already_there']);
      const current = (await at.view())!.current!;
      assert.equal(current.expiresAt, at.place.clock.now());
      assert.equal(current.refreshToken()?.reveal(), 'refresh-one');
      assert.match(current.accessToken().reveal(), /^none [\w-]{36}$/);
    });

    it('without an end has an access token that is expired', async () => {
      await using at = await open(openPlace);
      await at.imports.add([imported('one', { access: { token: new Secret('one'), expiresAt: undefined } })]);
      assert.equal((await at.view())?.current?.expiresAt, at.place.clock.now());
    });

    it('of newer tokens is one credential more, and the last is current', async () => {
      await using at = await open(openPlace);
      assert.deepEqual(await at.imports.add([imported('one'), imported('two')]), ['imported', 'imported']);
      assert.equal(await at.current(), 'two');
      assert.deepEqual([...(await at.place.endReasons()).values()], [null, null]);
      const types = (await at.place.query('select type from events')).map((event) => event['type']);
      assert.deepEqual(types, ['grant.created'], 'one more is told by the import itself');
    });

    it('gives two subjects of one account one grant', async () => {
      await using at = await open(openPlace);
      const bobs = imported('one', { subject: 'bob' });
      assert.deepEqual(await at.imports.add([imported('one'), bobs, bobs]), ['imported', 'imported', 'already_there']);
      assert.equal((await at.view())?.grantId, (await at.view('bob'))?.grantId);
      assert.equal((await at.place.endReasons()).size, 1);
      assert.deepEqual(await at.imports.add([imported('two', { subject: 'bob' })]), ['imported']);
      assert.equal(await at.current(), 'two');
    });

    it('of another account than the one that is connected is refused and changes nothing', async () => {
      await using at = await open(openPlace);
      await at.imports.add([imported('one')]);
      const before = await at.facts();
      const others = [imported('two', { accountId: '180' }), imported('one', { accountId: '180' })];
      assert.deepEqual(await at.imports.add(others), ['other_account', 'other_account']);
      assert.deepEqual(await at.imports.add([imported('two', { accountId: undefined })]), ['account_unnamed']);
      assert.equal(await at.facts(), before);
    });

    it('without an account goes where the subject is, and may be given one later', async () => {
      await using at = await open(openPlace);
      const unnamed = (name: string) => imported(name, { accountId: undefined });
      assert.deepEqual(await at.imports.add([unnamed('one'), unnamed('two'), unnamed('one')]), [
        'imported',
        'imported',
        'already_there',
      ]);
      assert.equal(await at.current(), 'two');
      assert.equal(await at.place.countGrants(), 1);
      assert.deepEqual(await at.imports.add([imported('three')]), ['imported']);
      assert.equal((await at.view())?.accountId, '179');
    });

    it('gives an account to a subject who has called in vain before', async () => {
      await using at = await open(openPlace);
      await at.grants.connect(REALM, SUBJECT);
      const { grantId } = (await at.view())!;
      assert.deepEqual(await at.imports.add([imported('one')]), ['imported']);
      assert.deepEqual([(await at.view())?.grantId, (await at.view())?.accountId], [grantId, '179']);
      assert.equal(await at.current(), 'one');
    });

    it('gives a new account to a subject whose own is gone, and forgets the old profile', async () => {
      await using at = await open(openPlace);
      await finishObtained(at.grants, await at.begin('provision'), obtained('old', { profile: profile('7', 'Old') }));
      await at.place.query('update grants set account_id = null');
      assert.deepEqual(await at.imports.add([imported('one')]), ['imported']);
      const account = await at.grants.account(REALM, SUBJECT);
      assert.deepEqual([account?.accountId, account?.profile], ['179', undefined]);
    });

    it("hands nobody's account to those who happen to share a connection", async () => {
      await using at = await open(openPlace);
      await at.imports.add([imported('one'), imported('one', { subject: 'bob' })]);
      await at.place.query('update grants set account_id = null');
      assert.deepEqual(await at.imports.add([imported('two', { accountId: '180' })]), ['account_elsewhere']);
      await at.grants.connect(REALM, 'carol');
      await at.imports.add([imported('of dave', { subject: 'dave', accountId: '181' })]);
      const carols = imported('of carol', { subject: 'carol', accountId: '181' });
      assert.deepEqual(await at.imports.add([carols]), ['account_elsewhere']);
      assert.equal(await at.current('carol'), undefined);
      assert.equal(await at.current('bob'), 'one');
    });

    it('waits for whoever is asking the provider just now', async () => {
      for (const kind of ['provision', 'refresh', 'recover'] as const) {
        await using at = await open(openPlace);
        const exchange = await at.begin(kind);
        const before = await at.facts();
        assert.deepEqual(await at.imports.add([imported('one')]), ['busy'], kind);
        assert.equal(await at.facts(), before);
        await at.grants.finishFailed(exchange, { answer: { kind: 'not_sent', detail: '' }, recoveryPath: 'self' });
        assert.deepEqual(await at.imports.add([imported('one')]), ['imported']);
      }
    });

    it('waits until an abandoned creation can no longer bring another account', async () => {
      await using at = await open(openPlace);
      await at.begin('provision');
      await at.place.clock.advance(60_000);
      assert.deepEqual(await at.imports.add([imported('one')]), ['busy']);
      await at.place.clock.advance(75_000);
      assert.deepEqual(await at.imports.add([imported('one')]), ['imported']);
    });

    it('is only looked at by a check, which writes nothing', async () => {
      await using at = await open(openPlace);
      await at.imports.add([imported('one')]);
      const before = await at.facts();
      const lines = [
        imported('one'),
        imported('two', { accountId: '180' }),
        imported('of bob', { subject: 'bob', accountId: '8' }),
      ];
      assert.deepEqual(await at.imports.check(lines), ['already_there', 'other_account', 'imported']);
      assert.equal(await at.facts(), before);
    });

    it('leaves the same rows among many as alone', async () => {
      await using at = await open(openPlace);
      // The account of the third was named before it, so that it is looked at more closely than the first.
      const lines = [
        imported('one', { subject: 'user-1', accountId: '1' }),
        imported('two', { subject: 'user-1', accountId: '2' }),
        imported('two', { subject: 'user-2', accountId: '2' }),
      ];
      assert.deepEqual(await at.imports.add(lines), ['imported', 'other_account', 'imported']);
      for (const [table, key] of Object.entries(GRANT_IN)) {
        const rowOf = async (subject: string) => {
          const [row] = await at.place.query(
            `select t.* from ${table} t join connections c on c.grant_id = t.${key} where c.subject = '${subject}'`,
          );
          assert.ok(row !== undefined, table);
          return Object.entries(row).map(([column, value]) => [
            column,
            OWN.test(column) ? typeof value : String(value),
          ]);
        };
        assert.deepEqual(await rowOf('user-1'), await rowOf('user-2'), table);
      }
    });

    it('that the database does not take is in the way of no other', async () => {
      await using at = await open(openPlace);
      for (const statement of REFUSING_USER_13[database] ?? []) await at.place.query(statement);
      const lines = Array.from({ length: 20 }, (_, index) =>
        imported(`one-${index}`, { subject: `user-${index}`, accountId: String(index) }),
      );
      await assert.rejects(at.imports.add(lines), /user 13 is refused/);
      const found = await Promise.all(lines.map(({ subject }) => at.current(subject)));
      assert.deepEqual(
        found.flatMap((current, index) => (current === undefined ? [index] : [])),
        [13],
      );
    });

    it('is there exactly once where two import the same at once, in orders of their own', async () => {
      await using at = await open(openPlace);
      const twin = await at.place.openAll();
      const lines = Array.from({ length: 120 }, (_, index) =>
        imported(`one-${index}`, { subject: `user-${index}`, accountId: String(index + 1) }),
      );
      const [ours, theirs] = await Promise.all([at.imports.add(lines), twin.imports.add(lines.toReversed())]);
      theirs.reverse();
      for (const [index, verdict] of ours.entries()) {
        assert.deepEqual([verdict, theirs[index]].sort(), ['already_there', 'imported'], `line ${index}`);
      }
      assert.equal((await at.place.query('select nonce from credentials')).length, lines.length);
      assert.equal(await at.place.countGrants(), lines.length);
    });

    it('gets along with callers who come for the first time in the same moment', async () => {
      await using at = await open(openPlace);
      const { grants } = await at.place.openAll();
      const subjects = Array.from({ length: 60 }, (_, index) => `user-${index}`);
      const lines = subjects.map((subject, index) => imported(subject, { subject, accountId: String(index + 1) }));
      const [verdicts] = await Promise.all([
        at.imports.add(lines),
        ...subjects.toReversed().map((subject) => grants.connect(REALM, subject)),
      ]);
      assert.deepEqual([...new Set(verdicts)], ['imported']);
      for (const subject of subjects) assert.equal(await at.current(subject), subject);
    });
  });
}
