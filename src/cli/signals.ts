/** Resolves at the first SIGINT or SIGTERM. Later ones are ignored: what is in flight is finished first. */
export function askedToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, resolve);
  });
}
