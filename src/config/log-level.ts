import { Refusal } from './refusal.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** The least to log; pino's names. */
export type LogLevel = (typeof LEVELS)[number];

/** Throws a Refusal. */
export function parseLogLevel(text: string): LogLevel {
  const level = LEVELS.find((known) => known === text.toLowerCase());
  if (level === undefined) throw new Refusal('is not a log level', `Accepted: ${LEVELS.join(', ')}.`);
  return level;
}
