import { InvalidArgumentError } from 'commander';

/** Parses a port number from the command line; 0 means any free port. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('Accepted is a port from 0 to 65535.');
  return port;
}
