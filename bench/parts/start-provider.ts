import { startProgram } from './start-program.ts';

/** The instant provider in a process of its own. */
export interface InstantProvider extends Disposable {
  readonly url: string;
  /** How often it was asked for tokens since the count began, and how often it refused. */
  counted(): Promise<{ readonly calls: number; readonly refused: number }>;
  /** Begins a new count. */
  forgetCalls(): Promise<void>;
}

/** @param latencyMs how long an answer takes */
export async function startInstantProvider(latencyMs = 0): Promise<InstantProvider> {
  const file = new URL('instant-provider.ts', import.meta.url);
  const program = await startProgram<{ url: string }>(file, [String(latencyMs)]);
  const { url } = program.ready;
  return {
    url,
    counted: async () => (await (await fetch(url)).json()) as { calls: number; refused: number },
    forgetCalls: async () => {
      await fetch(url, { method: 'DELETE' });
    },
    [Symbol.dispose]: () => {
      program[Symbol.dispose]();
    },
  };
}
