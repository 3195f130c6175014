const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/**
 * Signals closer together than this count as one: npm forwards the signal that the terminal has already sent to every
 * process. Milliseconds.
 */
const SAME_SIGNAL_MS = 1_000;

/** Resolves on the first SIGINT or SIGTERM. Later ones are ignored, so that work in flight can finish. */
export function askedToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.on(signal, resolve);
  });
}

/** Resolves on the next SIGINT or SIGTERM after the first. */
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
