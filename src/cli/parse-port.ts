import { InvalidArgumentError } from 'commander';

/** A port number from a command line; 0 for any free one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('Accepted is a port from 0 to 65535.');
  return port;
}
