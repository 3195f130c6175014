import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

const headers = z
  .record(z.string(), z.string())
  .refine((all) => Object.entries(all).every(([name, value]) => isHeader(name, value)), 'is not a set of HTTP headers');

const faultKind = z
  .strictObject({
    status: z.int().min(200).max(599).optional(),
    headers: headers.optional(),
    body: z.unknown().optional(),
    hang: z.boolean().optional(),
    reset: z.boolean().optional(),
    drop_reply: z.boolean().optional(),
    delay_ms: z.number().min(0).max(3_600_000).optional(),
  })
  .refine(
    ({ status, hang, reset, drop_reply, delay_ms }) =>
      status !== undefined || hang === true || reset === true || drop_reply === true || delay_ms !== undefined,
    'name at least one of status, hang, reset, drop_reply, delay_ms',
  )
  .refine(
    ({ status, headers, body }) => status !== undefined || (headers === undefined && body === undefined),
    'headers and body need a status',
  )
  .refine(
    ({ status, hang, reset }) => [status !== undefined, hang === true, reset === true].filter(Boolean).length <= 1,
    'status, hang and reset exclude each other',
  )
  .refine(
    ({ reset, drop_reply }) => !(reset === true && drop_reply === true),
    'reset and drop_reply exclude each other',
  );

/** The body of the control call that arranges a fault. */
export const faultRequest = z.strictObject({
  match: z.strictObject({ method: z.string().min(1).default('*'), path: z.string().min(1).default('*') }).prefault({}),
  /** How often it applies; null or -1 until cleared. */
  times: z
    .int()
    .nullable()
    .refine((times) => times === null || times === -1 || times >= 1, 'accepts 1 or more, or null or -1 for always')
    .default(1),
  fault: faultKind,
});

/** A fault as it waits in the list. */
export const waitingFault = faultRequest.extend({ id: z.int(), times: z.int().nullable() });

/** The effect of a fault on a request. */
export type FaultKind = z.output<typeof faultKind>;

/** A fault as it waits in the list. `times` is how often it still applies; null for no limit. */
export type WaitingFault = z.output<typeof waitingFault>;
