import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Holds requests back, for a while or indefinitely. */
export class WaitingRoom {
  readonly #hung = new Set<Socket>();
  readonly #closing = new AbortController();

  /** Keeps the connection open and silent until {@link WaitingRoom.cut}. */
  hang(socket: Socket): void {
    this.#hung.add(socket);
    socket.once('close', () => this.#hung.delete(socket));
  }

  /** Waits `ms`, or until the sandbox closes. Resolves to false if it closed. */
  async delay(ms: number): Promise<boolean> {
    if (ms <= 0) return !this.#closing.signal.aborted;
    try {
      await sleep(ms, undefined, { signal: this.#closing.signal });
      return true;
    } catch {
      return false;
    }
  }

  /** Destroys every hung connection. */
  cut(): void {
    for (const socket of this.#hung) socket.destroy();
  }

  close(): void {
    this.#closing.abort();
    this.cut();
  }
}
