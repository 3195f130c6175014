import type { LoadedConfig } from '../config/index.ts';
import { createEvergrant, type Evergrant } from './evergrant.ts';
import { listen } from '../http/server/serve.ts';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';

/** The service with its socket. */
export interface RunningService {
  readonly evergrant: Evergrant;
  readonly url: string;
  /**
   * Stops accepting connections, answers requests in progress and stores the answers of exchanges in flight.
   *
   * @param drainMs how long to send callers elsewhere before that, in milliseconds
   * @throws StopCutShortError if work was still in progress when the wait ended
   */
  close(drainMs?: number): Promise<void>;
}

/** How long answering takes beyond the longest wait of a caller, in milliseconds. */
const ANSWER_MS = 3_000;

/**
 * Listens, then opens the database and serves, so that a taken port is noticed first.
 *
 * @throws the system's error if the port cannot be opened, or the errors of {@link createEvergrant}
 */
export async function runService({ config, secrets }: LoadedConfig, logger?: Logger): Promise<RunningService> {
  const listening = await listen(config);
  try {
    const publicUrl = config.port === 0 ? listening.url : config.publicUrl;
    const evergrant = await createEvergrant({
      config: { ...config, publicUrl },
      secrets,
      ...(logger === undefined ? {} : { logger }),
    });
    listening.serve(evergrant);
    const close = async (drainMs = 0) => {
      if (drainMs > 0) {
        listening.drain();
        await delay(drainMs);
      }
      await listening.close(config.callerWaitMs + ANSWER_MS);
      await evergrant.close();
    };
    return { evergrant, url: listening.url, close };
  } catch (error) {
    await listening.close(0);
    throw error;
  }
}
