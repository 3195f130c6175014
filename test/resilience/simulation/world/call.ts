import type { Port } from './faults.ts';
import type { Process } from './process.ts';
import { strike, type Surroundings } from './surroundings.ts';

/** The longest undisturbed way to the database or disk, in milliseconds. */
const NEAR_MS = 4;

/** What the database or the disk says when it refuses. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code = 'store_unavailable';
}

/**
 * One call through a port: the request travels, takes effect at one moment, and the reply travels. At either end things
 * may go wrong. A dead process gets no reply; what it had already sent may or may not take effect.
 *
 * @param effect what happens at the far end; done when it returns
 */
export function call<Result>(
  at: Surroundings,
  process: Process,
  port: Port,
  effect: () => Result,
  describe: () => string = () => '',
): Promise<Result> {
  return new Promise((resolve, reject) => {
    if (process.isDead) return;
    const nth = at.plan.count(port);
    const before = strike(at, process, port, nth, 'before');
    const isRefused = at.plan.isRefused(port, 'before');
    process.deliver(() => {
      at.scheduler.in(at.random() * NEAR_MS + before.delayMs, () => {
        if (process.isDead && at.random() < 0.5) return;
        const result = isRefused ? new Refusal(`${port} was refused`) : effect();
        at.note(() => `${process.holder} ${port} ${describe()}${isRefused ? ' refused' : ''}`);
        const after = strike(at, process, port, nth, 'after');
        const isDenied = at.plan.isRefused(port, 'after');
        if (isDenied) at.census.see('done but denied');
        at.scheduler.in(at.random() * NEAR_MS + after.delayMs, () => {
          process.deliver(() => {
            if (isDenied) reject(new Refusal(`${port} was done, and reported as refused`));
            else if (result instanceof Refusal) reject(result);
            else resolve(result);
          });
        });
      });
    });
  });
}
