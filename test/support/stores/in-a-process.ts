import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Another process of this machine, running a script of this folder. */
export interface InAProcess {
  readonly child: ChildProcess;
  /** The next line it prints. */
  nextLine(): Promise<string>;
  /** Its exit code once it has ended. */
  readonly ended: Promise<number | null>;
}

/** Starts `script`, a file next to this one, with these arguments. */
export function inAProcess(script: string, ...args: string[]): InAProcess {
  const child = spawn(process.execPath, [`${import.meta.dirname}/${script}`, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let wake: () => void = () => undefined;
  let partial = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (partial + text).split('\n');
    partial = parts.pop() ?? '';
    lines.push(...parts);
    wake();
  });
  const ended = once(child, 'exit').then(([code]) => {
    wake();
    return code as number | null;
  });
  return {
    child,
    ended,
    async nextLine() {
      while (lines.length === 0) {
        if (child.exitCode !== null || child.signalCode !== null) throw new Error('The process has ended.');
        await new Promise<void>((resolve) => (wake = resolve));
      }
      return lines.shift()!;
    },
  };
}
