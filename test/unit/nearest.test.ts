import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mistakenFor, nearestOf } from '../../src/nearest.ts';

const FIELDS = ['force_refresh', 'cal_email', 'timezone', 'min_ttl', 'rejected_access_token', 'frontend'];

describe('a name that is mistaken for a known one', () => {
  for (const [known, names] of Object.entries({
    force_refresh: ['forceRefresh', 'force-refresh', 'ForceRefresh', 'FORCE_REFRESH', 'force refresh', 'foce_refresh'],
    cal_email: ['calEmail', 'cal_mail', 'cal-email', 'cal.email', 'calmail', 'cal_emial'],
    timezone: ['timeZone', 'time_zone', 'Time-Zone', 'TIMEZONE', 'timzone', 'timezones'],
    min_ttl: ['minTtl', 'minTTL', 'min-ttl', 'minttl', 'min_tl'],
    rejected_access_token: ['rejectedAccessToken', 'rejected_acces_token', 'rejected-access-token'],
    frontend: ['front_end', 'frontEnd', 'frontends'],
  })) {
    it(`is ${known} for ${names.join(', ')}`, () => {
      for (const name of names) assert.equal(mistakenFor(name, FIELDS), known, name);
    });
  }

  it('is none that may mean anything else', () => {
    const others = ['email', 'name', 'locale', 'time', 'timeout', 'time_format', 'timestamp', 'min_age', 'max_ttl'];
    others.push('access_token', 'refresh_token', 'token', 'subject', 'user_id', 'cal_user_id', 'cal_name', 'provider');
    others.push('', '_', 'x'.repeat(10_000), '__proto__', 'constructor');
    for (const name of others) assert.equal(mistakenFor(name, FIELDS), undefined, name.slice(0, 40));
  });
});

describe('the nearest word', () => {
  it('is within four typing errors, or half of a short word', () => {
    assert.equal(nearestOf('tokenurl', ['token_url', 'refresh_url']), 'token_url');
    assert.equal(nearestOf('preste', ['preset', 'pkce']), 'preset');
    assert.equal(nearestOf('xyz', ['preset', 'pkce']), undefined);
  });
});
