import { promises as fs } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { StatementSync } from 'node:sqlite';
import pg from 'pg';
import type { Rescue } from '../../../src/grants/keeper/rescue.ts';
import type { GrantStore } from '../../../src/grants/storage/grant-store.ts';
import type { ExchangeResult, Provider } from '../../../src/providers/provider.ts';
import type { CrashPlan, CrashPoint } from './crash-points.ts';

/** How long after it was begun a call has reached the sandbox, and how long until it has acted, in milliseconds. */
const AFTER_MS: Partial<Record<CrashPoint, number>> = { sent: 10, acted: 60 };

/** Where this process is to die; nowhere until it is told. */
export const plan: { current: CrashPlan | undefined } = { current: undefined };

/** The planned point, while its transaction or its file is under way: commits are shared, so any of them is deadly then. */
let atWork: CrashPoint | undefined;
const kindsOfGrants = new Map<string, string>();

function isPlanned(point: CrashPoint, grantId?: string): boolean {
  if (plan.current?.point !== point) return false;
  return grantId === undefined || kindsOfGrants.get(grantId) === plan.current.kind;
}

/** Dies here, at once and without a word, if this is the point. */
function dieAt(point: CrashPoint, grantId?: string): void {
  if (isPlanned(point, grantId)) die();
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}

/** A store that dies at the planned step, and refuses answers where they are to be rescued. */
export function dyingStore(store: GrantStore, kindOfRealm: ReadonlyMap<string, string>, isReplay = false): GrantStore {
  const over: Partial<GrantStore> = {
    async view(realm, subject) {
      const view = await store.view(realm, subject);
      if (view !== undefined) kindsOfGrants.set(view.grantId, kindOfRealm.get(realm) ?? '');
      return view;
    },
    async viewWithStatus(realm, subject) {
      const found = await store.viewWithStatus(realm, subject);
      if (found !== undefined) kindsOfGrants.set(found.view.grantId, kindOfRealm.get(realm) ?? '');
      return found;
    },
    async openExchange(intent) {
      dieAt('before-claim', intent.grantId);
      const opened = await during('claim-uncommitted', intent.grantId, () => store.openExchange(intent));
      if (opened !== undefined) dieAt('claim-committed', intent.grantId);
      return opened;
    },
    async finishObtained(exchange, answer, schedule) {
      const { grantId } = exchange;
      if (isReplay) {
        dieAt('replay-read');
        const event = await during('replay-uncommitted', undefined, () =>
          store.finishObtained(exchange, answer, schedule),
        );
        dieAt('replay-stored');
        return event;
      }
      dieAt('answered', grantId);
      if (plan.current?.point.startsWith('rescue-') === true && kindsOfGrants.get(grantId) === plan.current.kind) {
        throw new Error('the database refuses for the sake of the test');
      }
      const event = await during('save-uncommitted', grantId, () => store.finishObtained(exchange, answer, schedule));
      dieAt('saved', grantId);
      return event;
    },
    async finishFailed(exchange, failure) {
      if (failure.answer.kind !== 'rejected') return store.finishFailed(exchange, failure);
      dieAt('refused', exchange.grantId);
      const event = await during('refusal-uncommitted', exchange.grantId, () => store.finishFailed(exchange, failure));
      dieAt('refusal-saved', exchange.grantId);
      return event;
    },
  };
  return withOverrides(store, over);
}

/** A rescue folder that dies at the planned step. */
export function dyingRescue(rescue: Rescue): Rescue {
  return {
    kept: () => rescue.kept(),
    setAside: (exchange, cause) => rescue.setAside(exchange, cause),
    async keep(exchange, answer) {
      dieAt('rescue-unkept', exchange.grantId);
      await during('rescue-part-written', exchange.grantId, () => rescue.keep(exchange, answer));
      dieAt('rescue-kept', exchange.grantId);
    },
    async drop(exchange) {
      await rescue.drop(exchange);
      dieAt('replay-dropped');
    },
  };
}

/** A provider in the midst of whose calls the process dies if that is planned. */
export function dyingProvider(provider: Provider): Provider {
  const midway = (ask: () => Promise<ExchangeResult>) => {
    const { point, kind } = plan.current ?? {};
    const afterMs = point && AFTER_MS[point];
    if (afterMs !== undefined && kind === provider.name) setTimeout(die, afterMs);
    return ask();
  };
  return withOverrides(provider, {
    refresh: (token) => midway(() => provider.refresh(token)),
    ...(provider.recover && { recover: (account) => midway(() => recover(account)) }),
    ...(provider.provision && { provision: (applicant) => midway(() => provision(applicant)) }),
  } satisfies Partial<Provider>);

  function recover(account: Parameters<NonNullable<Provider['recover']>>[0]) {
    return provider.recover?.(account) ?? Promise.reject(new Error('cannot recover'));
  }
  function provision(applicant: Parameters<NonNullable<Provider['provision']>>[0]) {
    return provider.provision?.(applicant) ?? Promise.reject(new Error('cannot provision'));
  }
}

function withOverrides<Target extends object>(target: Target, over: Partial<Target>): Target {
  return new Proxy(target, {
    get(_target, name) {
      const found: unknown = Reflect.get(over, name) ?? Reflect.get(target, name);
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  });
}

async function during<Result>(
  point: CrashPoint,
  grantId: string | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  if (isPlanned(point, grantId)) atWork = point;
  return work();
}

/** Makes a commit, and the naming of a rescue file, deadly where they are the planned step. */
export function makeCommitsDeadly(): void {
  const run = Reflect.get(StatementSync.prototype, 'run') as Method;
  Reflect.set(StatementSync.prototype, 'run', function (this: StatementSync, ...parameters: unknown[]) {
    if (this.sourceSQL === 'commit' && atWork !== undefined) die();
    return Reflect.apply(run, this, parameters);
  });

  const query = Reflect.get(pg.Client.prototype, 'query') as Method;
  Reflect.set(pg.Client.prototype, 'query', function (this: pg.Client, ...parameters: unknown[]) {
    if (parameters[0] === 'commit' && atWork !== undefined) die();
    return Reflect.apply(query, this, parameters);
  });

  const rename = fs.rename;
  fs.rename = async (from, to) => {
    if (atWork === 'rescue-part-written') die();
    await rename(from, to);
  };
  syncBuiltinESMExports();
}

type Method = (...parameters: unknown[]) => unknown;
