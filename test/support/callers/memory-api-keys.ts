import type { ApiKeyRecord, ApiKeyStore } from '../../../src/callers/api-key.ts';

/** API keys in memory, counting how often one is looked for. */
export class MemoryApiKeys implements ApiKeyStore {
  finds = 0;
  readonly records = new Map<string, ApiKeyRecord>();

  find(id: string): Promise<ApiKeyRecord | undefined> {
    this.finds += 1;
    return Promise.resolve(this.records.get(id));
  }

  add(record: ApiKeyRecord): Promise<void> {
    this.records.set(record.id, record);
    return Promise.resolve();
  }

  list(): Promise<ApiKeyRecord[]> {
    return Promise.resolve([...this.records.values()]);
  }

  revoke(id: string, at: number): Promise<boolean> {
    const record = this.records.get(id);
    if (record === undefined || record.revokedAt !== undefined) return Promise.resolve(false);
    this.records.set(id, { ...record, revokedAt: at });
    return Promise.resolve(true);
  }
}
