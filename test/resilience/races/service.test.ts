import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { effort } from '../../support/effort.ts';
import { call, tokenOf } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { startServiceProcesses, type ServiceProcess } from '../../support/service/start-service-process.ts';
import { startSandbox } from '../../support/service/start-sandbox.ts';
import {
  environment,
  expireStored,
  newFolder,
  readRows,
  startService,
  TOKEN_PATH,
} from '../../support/service/start-service.ts';
import { CALLERS, oneToken, RUNS, storm, storms, type Ledger } from '../service/storms.ts';

const PROCESSES = effort({ smoke: 2, proofs: 4, long: 4 });

function sqliteLedger(path: string): Ledger {
  return {
    expireAll: () => {
      expireStored(path);
    },
    unfortunate: () => readRows(path, "select * from exchanges where outcome is not 'obtained'"),
  };
}

describe(`${CALLERS} callers at once, ${RUNS} times`, () => {
  it('cost one call upstream in one process', async () => {
    await using service = await startService({ settings: { latency_ms: 150 } });
    await storms(service.sandbox, [service.url], sqliteLedger(service.databasePath));
  });

  it(`cost one call upstream in ${PROCESSES} processes on one database`, async () => {
    using folder = newFolder();
    await using sandbox = await startSandbox({ latency_ms: 150 });
    const env = environment(sandbox.url, folder.databasePath);
    await using processes = await startServiceProcesses(PROCESSES, env);
    const urls = processes.all.map(({ url }: ServiceProcess) => url);
    await storms(sandbox, urls, sqliteLedger(folder.databasePath));
  });

  it('who reject one token cost one refresh', async () => {
    await using service = await startService({ settings: { latency_ms: 50 } });
    const { access_token: rejected } = tokenOf(await service.token(jwt('alice')));
    await service.sandbox.control('POST', '/tokens/purge', { access_token: rejected });
    const answers = await storm([service.url], 'alice', { rejected_access_token: rejected });
    assert.notEqual(oneToken(answers), rejected);
    assert.equal(await service.sandbox.count('refresh'), 1);
  });

  it('who are different users cost one call each, and get their own tokens', async () => {
    await using service = await startService({ settings: { latency_ms: 50 } });
    const subjects = Array.from({ length: 40 }, (_, index) => `user-${index}`);
    const answers = await Promise.all(
      subjects.flatMap((subject) => Array.from({ length: 5 }, () => service.token(jwt(subject)))),
    );
    const tokens = answers.map((answer): string => tokenOf(answer).access_token);
    assert.equal(new Set(tokens).size, subjects.length);
    assert.equal(await service.sandbox.count('create'), subjects.length);
    for (const [index, subject] of subjects.entries()) {
      const own = tokens.slice(index * 5, index * 5 + 5);
      assert.equal(new Set(own).size, 1);
      const { json } = await service.sandbox.me(own[0] ?? '');
      assert.match(json.data.email, new RegExp(`^${subject}\\+`));
    }
  });
});

describe('callers who leave before the answer', () => {
  it('change nothing: the work goes on, and the next one finds its result', async () => {
    await using service = await startService({ settings: { latency_ms: 300 } });
    const headers = { authorization: `Bearer ${jwt('alice')}` };
    const leaving = Array.from({ length: 10 }, () =>
      fetch(service.url + TOKEN_PATH, { method: 'POST', headers, signal: AbortSignal.timeout(100) }),
    );
    for (const { status } of await Promise.allSettled(leaving)) assert.equal(status, 'rejected');
    const answer = await service.token(jwt('alice'));
    assert.equal((await service.sandbox.me(tokenOf(answer).access_token)).status, 200);
    assert.equal(await service.sandbox.count('create'), 1);
    assert.equal((await service.sandbox.users()).length, 1);
  });

  it('for good because the service stops: the token is stored before it ends', async () => {
    await using sandbox = await startSandbox({ latency_ms: 300 });
    using folder = newFolder();
    const { databasePath } = folder;
    const first = await startService({ sandbox, databasePath });
    const asked = first.token(jwt('alice')).catch(() => undefined);
    while ((await sandbox.count('create')) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await first.stop();
    await asked;
    await using second = await startService({ sandbox, databasePath, env: first.env });
    const answer = tokenOf(await second.token(jwt('alice')));
    assert.equal(answer.refreshed, false, 'it was there');
    assert.equal(await sandbox.count('create'), 1);
  });
});

describe(`${PROCESSES} services that start at once on a database that is not there yet`, () => {
  it('make one schema and all serve', async () => {
    using folder = newFolder();
    await using sandbox = await startSandbox();
    await using processes = await startServiceProcesses(PROCESSES, environment(sandbox.url, folder.databasePath));
    const urls = processes.all.map(({ url }) => url);
    oneToken(await Promise.all(urls.map((url) => call(url + TOKEN_PATH, 'POST', { bearer: jwt('alice') }))));
    assert.equal((await sandbox.users()).length, 1);
  });
});
