import { Refusal } from './refusal.ts';

const MOST_SHARE = 0.9;

/** Reads a TCP port; 0 stands for any free one. Throws a Refusal. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new Refusal('is not a port', 'Accepted: a whole number from 0 to 65535, for example 4000.');
}

/** Reads a share of a whole that leaves something to others. Throws a Refusal. */
export function parseShare(text: string): number {
  const share = Number(text);
  if (/^\d(?:\.\d{1,6})?$/.test(text) && share <= MOST_SHARE) return share;
  throw new Refusal('is not a share', `Accepted: a number from 0 to ${MOST_SHARE}, for example 0.5.`);
}

/** Makes a parser of seconds within bounds (inclusive), whose result is in milliseconds. It throws a Refusal. */
export function secondsBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const seconds = Number(text);
    if (/^\d+(?:\.\d+)?$/.test(text) && seconds >= least && seconds <= most) return Math.round(seconds * 1000);
    throw new Refusal(
      'is not a number of seconds within the bounds',
      `Accepted: ${least} to ${most}, in seconds and without a unit, for example 20.`,
    );
  };
}
