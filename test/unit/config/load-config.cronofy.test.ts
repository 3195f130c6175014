import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig } from '../../../src/config/index.ts';
import { withKeys } from '../../support/environments.ts';

describe('the configuration of Cronofy', () => {
  it('knows where each data center of Cronofy is', () => {
    const hosts = Object.entries({ us: '', au: '-au', ca: '-ca', de: '-de', sg: '-sg', uk: '-uk' });
    for (const [code, suffix] of hosts) {
      const client = { CRONOFY_CLIENT_ID: 'client', CRONOFY_CLIENT_SECRET: 'secret', CRONOFY_DATA_CENTER: code };
      const { apiUrl, appUrl } = loadConfig(withKeys(client)).config.providers.cronofy!;
      assert.deepEqual([apiUrl, appUrl], [`https://api${suffix}.cronofy.com`, `https://app${suffix}.cronofy.com`]);
    }
  });

  it('is odd where users could link accounts and have no page to come back to', () => {
    const cronofy = { CRONOFY_CLIENT_ID: 'client', CRONOFY_CLIENT_SECRET: 'secret' };
    const warningsOf = (more: Record<string, string>) => loadConfig(withKeys({ ...cronofy, ...more })).warnings.join();
    assert.match(warningsOf({}), /^EVERGRANT_RETURN_URLS /);
    assert.equal(warningsOf({ EVERGRANT_RETURN_URLS: 'https://app.example.com/linked' }), '');
    assert.equal(warningsOf({ CRONOFY_MODE: 'managed' }), '');
  });
});
