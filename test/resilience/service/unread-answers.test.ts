import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { DEFAULT_BOUNDS } from '../../../src/grants/exchange.ts';
import { KeeperError } from '../../../src/grants/errors.ts';
import { Keeper } from '../../../src/grants/keeper/keeper.ts';
import { reread } from '../../../src/grants/keeper/reread.ts';
import { NO_OBSERVER } from '../../../src/grants/observer.ts';
import { Providers } from '../../../src/grants/providers.ts';
import { answeredAgain } from '../../../src/providers/unreadable.ts';
import type { KeptAnswer, Provider } from '../../../src/providers/provider.ts';
import { Secret } from '../../../src/secret.ts';
import { RescueFolder } from '../../../src/stores/vault/rescue-folder.ts';
import { Vault } from '../../../src/stores/vault/vault.ts';
import { effort } from '../../support/effort.ts';
import { httpServer } from '../../support/servers/listening.ts';
import { oauth2At } from '../../support/servers/oauth-2-at.ts';
import { sqlitePlace } from '../../support/stores/open-test-stores.ts';
import type { TestClock } from '../../support/stores/test-clock.ts';
import { ringKey } from '../../support/stores/ring-key.ts';
import { finishObtained } from '../../support/stores/scheduled.ts';

const USERS = effort({ smoke: 40, proofs: 1_000, long: 1_000 });
const AT_ONCE = 40;
const HOUR_MS = 3_600_000;

/** A server that spends each refresh token, and ends the grant of one that comes again. */
class RotatingServer {
  /** How often each refresh token was presented. */
  readonly presented = new Map<string, number>();
  /** Whether its answers are of a shape that nobody knows. */
  isOdd = false;
  readonly #live = new Map<string, string>();
  #tokens = 0;

  /** The tokens of a user who has consented just now. */
  grant(user: string) {
    return this.#issue(user);
  }

  honours(accessToken: string): boolean {
    const [user = ''] = accessToken.split('.');
    return this.#live.get(user)?.replace('refresh', 'access') === accessToken;
  }

  answer(body: string): object {
    const token = new URLSearchParams(body).get('refresh_token') ?? '';
    this.presented.set(token, (this.presented.get(token) ?? 0) + 1);
    const [user = ''] = token.split('.');
    if (this.#live.get(user) !== token) {
      this.#live.delete(user);
      return { error: 'invalid_grant' };
    }
    const { access, refresh } = this.#issue(user);
    if (this.isOdd)
      return {
        result: [
          { kind: 'session', value: access },
          { kind: 'renewal', value: refresh },
        ],
      };
    return { access_token: access, refresh_token: refresh, token_type: 'bearer', expires_in: HOUR_MS / 1_000 };
  }

  #issue(user: string) {
    const refresh = `${user}.refresh.${++this.#tokens}`;
    this.#live.set(user, refresh);
    return { access: refresh.replace('refresh', 'access'), refresh };
  }
}

/** The same provider, with a reader that understands what the server sends now. */
function newer(provider: Provider): Provider {
  const usual = (kept: KeptAnswer): KeptAnswer => {
    const { result } = answeredAgain(kept).json as { result: { value: string }[] };
    const [access, refresh] = result.map(({ value }) => value);
    const tokens = { access_token: access, refresh_token: refresh, expires_in: HOUR_MS / 1_000 };
    return { ...kept, body: new Secret(btoa(JSON.stringify(tokens))) };
  };
  const reader = provider.reader!;
  return {
    ...provider,
    reader: { fingerprint: `newer ${reader.fingerprint}`, read: (kept, asked) => reader.read(usual(kept), asked) },
  };
}

/** Lets time pass for whoever waits for another instance, until this is done. */
async function passing<Result>(clock: TestClock, work: Promise<Result>): Promise<Result> {
  const isWaiting = () => Promise.race([work.then(() => false), setTimeout(2, true)]);
  while (await isWaiting()) await clock.advance(5);
  return work;
}

async function openWorld() {
  await using opened = new AsyncDisposableStack();
  const server = new RotatingServer();
  const http = opened.use(
    await httpServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += String(chunk)));
      request.on('end', () => {
        const answer = server.answer(body);
        response.writeHead('error' in answer ? 400 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer));
      });
    }),
  );
  const place = opened.use(await sqlitePlace());
  const { clock } = place;
  const provider = opened.use(oauth2At(`http://127.0.0.1:${http.port}`, { now: () => clock.now() }));
  const users = Array.from({ length: USERS }, (_, index) => `user-${index}`);
  const { grants: store } = await place.openAll();
  for (const user of users) {
    await store.connect(provider.realm, user);
    const { grantId } = (await store.view(provider.realm, user))!;
    const intent = { grantId, kind: 'link', presented: undefined, last: undefined, current: undefined } as const;
    const { access, refresh } = server.grant(user);
    const tokens = {
      accessToken: new Secret(access),
      refreshToken: new Secret(refresh),
      expiresAt: clock.now() + HOUR_MS,
      refreshExpiresAt: clock.now() + 24 * HOUR_MS,
      tokenType: 'Bearer',
    };
    await finishObtained(store, (await store.openExchange(intent))!, { kind: 'obtained', tokens });
  }
  const instance = async () => {
    const { grants, pauses } = await place.openAll();
    const rescue = new RescueFolder(`${place.path}-rescue`, new Vault([ringKey('k1')]), () => undefined);
    const providers = new Providers([provider]);
    return new Keeper({
      ...{ store: grants, pauses, providers, clock, rescue, bounds: DEFAULT_BOUNDS, callerWaitMs: 15_000 },
      random: () => 0.5,
    });
  };
  const instances = [await instance(), await instance()];
  /** Asks both instances for everybody's token, and tells what each caller got: a token, or the code of an error. */
  const askAll = async (wish: { force?: boolean } = {}) => {
    const found: string[] = [];
    for (let from = 0; from < users.length; from += AT_ONCE) {
      const some = users.slice(from, from + AT_ONCE).flatMap((subject) =>
        instances.map(async (keeper) => {
          try {
            return (await keeper.token({ provider: provider.name, subject, ...wish })).accessToken.reveal();
          } catch (error) {
            if (error instanceof KeeperError) return error.code;
            throw error;
          }
        }),
      );
      found.push(...(await passing(clock, Promise.all(some))));
    }
    return found;
  };
  const rereadBy = async (reader: Provider) => {
    const { grants, unread } = await place.openAll();
    const means = { store: grants, unread, observer: NO_OBSERVER };
    const tried = [];
    for await (const each of reread(means, reader)) tried.push(each);
    return tried.filter(({ cameBack }) => cameBack).length;
  };
  const parts = opened.move();
  return {
    ...{ server, place, clock, provider, users, askAll, rereadBy },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

describe('a rotating provider whose answers no version can read', () => {
  it(`costs none of ${USERS} users the grant, and is asked for nothing twice`, async (context) => {
    await using at = await openWorld();
    const { server, clock, provider, users } = at;
    const mostOften = () => Math.max(...server.presented.values());
    server.isOdd = true;
    await clock.advance(HOUR_MS - 600_000);
    for (const force of [true, true, false]) {
      const served = await at.askAll({ force });
      assert.ok(
        served.every((token) => token.includes('.access.')),
        'the token that is live is served',
      );
    }
    assert.equal(server.presented.size, users.length);
    await clock.advance(HOUR_MS / 2);
    for (const force of [true, false]) {
      assert.deepEqual([...new Set(await at.askAll({ force }))], ['answer_unreadable']);
    }
    const { upkeep, unread, events } = await at.place.openAll();
    for (const ahead of [0, 6 * HOUR_MS, 24 * HOUR_MS]) {
      await clock.advance(ahead);
      assert.deepEqual(await upkeep.due(provider.realm, 10, true), []);
      assert.deepEqual(await upkeep.lapsing(provider.realm, 10, true), []);
      assert.deepEqual(await upkeep.noteLapsed(provider.realm, 10), []);
    }
    assert.equal(mostOften(), 1, 'no refresh token was presented twice');
    assert.equal(await at.rereadBy(provider), 0, 'the same reader learns nothing');
    assert.equal((await unread.counts()).get(provider.realm), users.length);

    server.isOdd = false;
    const both = await Promise.all([at.rereadBy(newer(provider)), at.rereadBy(newer(provider))]);
    assert.ok(Math.max(...both) > 0);
    assert.equal((await unread.counts()).size, 0);
    const alive = await at.askAll();
    assert.ok(
      alive.every((token) => server.honours(token)),
      'everybody is alive, without any user',
    );
    assert.equal(mostOften(), 1, 'and still none was presented twice');
    const { kinds } = await events.counts();
    const counted = Object.fromEntries(kinds.map(({ type, count }) => [type, count]));
    assert.deepEqual(counted, {
      'grant.created': users.length,
      'grant.answer_unreadable': users.length,
      'grant.recovered': users.length,
      'grant.refreshed': users.length,
    });
    context.diagnostic(`${users.length} users, ${server.presented.size} refresh tokens presented`);
  });
});
