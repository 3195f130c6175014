const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Another signal that comes sooner is the same one again: npm passes on what the terminal has sent to all. Milliseconds. */
const SAME_SIGNAL_MS = 1_000;

/** Resolves at the first SIGINT or SIGTERM. Later ones are ignored: what is in flight is finished first. */
export function askedToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.on(signal, resolve);
  });
}

/** Resolves at the next SIGINT or SIGTERM, for whoever was asked to stop already. */
export function askedAgain(): Promise<NodeJS.Signals> {
  const since = performance.now();
  return new Promise((resolve) => {
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (performance.now() - since >= SAME_SIGNAL_MS) resolve(signal);
      });
    }
  });
}
