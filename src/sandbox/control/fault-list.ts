import { parseOrRefuse } from './bad-request.ts';
import { faultRequest, type FaultKind, type WaitingFault } from './fault-schema.ts';

function matchesPattern(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

function withoutLastSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function matches(fault: WaitingFault, method: string, path: string, query: string): boolean {
  const pattern = fault.match.path;
  // A pattern without "?" matches the path with any query.
  const text = pattern.includes('?') ? path + query : withoutLastSlash(path);
  return (
    matchesPattern(fault.match.method.toUpperCase(), method) &&
    matchesPattern(pattern.includes('?') ? pattern : withoutLastSlash(pattern), text)
  );
}

/** The faults that wait for a matching request. The first match applies, in the order in which faults were added. */
export class FaultList {
  #faults: WaitingFault[] = [];
  #nextId = 1;

  get waiting(): readonly WaitingFault[] {
    return this.#faults;
  }

  add(input: unknown): WaitingFault {
    const { match, times, fault } = parseOrRefuse(faultRequest, input);
    const waiting = { id: this.#nextId++, match, times: times === -1 ? null : times, fault };
    this.#faults.push(waiting);
    return waiting;
  }

  /** Takes the fault that applies to this request, if any. `query` begins with "?" or is empty. */
  take(method: string, path: string, query: string): FaultKind | undefined {
    const found = this.#faults.find((fault) => matches(fault, method, path, query));
    if (found === undefined) return undefined;
    if (found.times !== null) found.times -= 1;
    this.#faults = this.#faults.filter((fault) => fault.times !== 0);
    return found.fault;
  }

  clear(): void {
    this.#faults = [];
  }

  restore(faults: readonly WaitingFault[]): void {
    this.#faults = [...faults];
    this.#nextId = Math.max(0, ...faults.map((fault) => fault.id)) + 1;
  }
}
