import { subjectsOf } from '../../../src/grants/connection-key.ts';
import type { EventReason, EventType, GrantEvent, RecoveryPath } from '../../../src/grants/events.ts';
import type { OpenExchange } from '../../../src/grants/exchange.ts';
import { isUnread, isUnresolved, lastExchangedOf, reasonOfLoss, type JudgedMoment } from './derive.ts';
import type { Memory } from './rows.ts';

/** Writes the event that a new credential is; `isIntegrated` where the grant had one before. */
export function recordGain(
  memory: Memory,
  { grantId, exchangeId, kind }: Pick<OpenExchange, 'grantId' | 'exchangeId' | 'kind'>,
  isIntegrated: boolean,
  at: number,
): GrantEvent | undefined {
  const isRepair = kind === 'recover' || kind === 'provision';
  const isRecovery = isIntegrated && (isRepair || TROUBLE.includes(lastEvent(memory, grantId)));
  // One more by the ordinary way is told by the exchange itself.
  if (isIntegrated && !isRecovery) return undefined;
  const type = isRecovery ? 'grant.recovered' : 'grant.created';
  const reason = isRecovery ? reasonOfLoss(memory, grantId, exchangeId) : undefined;
  const detail = isRecovery ? detailOfLoss(memory, grantId, exchangeId) : undefined;
  return record(memory, { type, reason, at, grantId, exchangeId, detail });
}

/** Writes the event that a grant has nothing left, if that is so and was not written yet. */
export function recordLoss(
  memory: Memory,
  grantId: string,
  recoveryPath: RecoveryPath,
  moment: JudgedMoment,
): GrantEvent | undefined {
  const { now: at, tokensAt } = moment;
  if (recoveryPath === 'self' || memory.grant(grantId).integratedAt === undefined) return undefined;
  if (memory.standing(grantId).some((row) => row.refreshToken !== undefined || row.expiresAt > tokensAt))
    return undefined;
  if (isUnresolved(memory, grantId, moment) || isUnread(memory, grantId)) return undefined;
  const last = memory.exchangesOf(grantId).findLast(({ outcome }) => outcome === 'obtained' || outcome === 'rejected');
  if (last === undefined || hadNothingLeft(memory, grantId)) return undefined;
  if (recoveryPath === 'replay' && lastExchangedOf(memory, grantId) !== undefined) return undefined;
  const reason = reasonOfLoss(memory, grantId, last.exchangeId + 1);
  const detail = detailOfLoss(memory, grantId, last.exchangeId + 1);
  return record(memory, { type: 'grant.reconnect_required', reason, at, grantId, exchangeId: last.exchangeId, detail });
}

function detailOfLoss(memory: Memory, grantId: string, beforeExchangeId: number): string | undefined {
  const isBefore = ({ exchangeId, outcome }: { exchangeId: number; outcome: unknown }) =>
    exchangeId < beforeExchangeId && outcome === 'rejected';
  return memory.exchangesOf(grantId).findLast(isBefore)?.detail;
}

/** Writes the event that an answer cannot be read. */
export function recordUnreadable(memory: Memory, event: Omit<NewEvent, 'type'>): GrantEvent | undefined {
  return record(memory, { ...event, type: 'grant.answer_unreadable' });
}

/** What a grant gets over with its next credential. */
const TROUBLE: readonly (EventType | undefined)[] = ['grant.reconnect_required', 'grant.answer_unreadable'];

function hadNothingLeft(memory: Memory, grantId: string): boolean {
  return lastEvent(memory, grantId) === 'grant.reconnect_required';
}

function lastEvent(memory: Memory, grantId: string): EventType | undefined {
  return memory.events.findLast((event) => event.grantId === grantId)?.type;
}

interface NewEvent {
  readonly type: EventType;
  readonly reason: EventReason | undefined;
  readonly at: number;
  readonly grantId: string;
  readonly exchangeId: number;
  readonly detail: string | undefined;
}

function record(memory: Memory, event: NewEvent): GrantEvent | undefined {
  const { grantId, exchangeId, type } = event;
  const isThere = (row: GrantEvent) => row.grantId === grantId && row.exchangeId === exchangeId && row.type === type;
  if (memory.events.some(isThere)) return undefined;
  const connections = memory.connections.filter((row) => row.grantId === grantId);
  const subjects = subjectsOf(connections.map(({ subject }) => subject).sort());
  const written = { ...event, id: memory.newEventId(), realm: memory.grant(grantId).realm, subjects };
  memory.events.push(written);
  return written;
}
