import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { loadConfig, type Environment } from '../../../src/config/index.ts';
import { problemsOf, withKeys } from '../../support/environments.ts';

/** What is decided of this environment, secrets revealed. */
function decided(environment: Environment) {
  const { userAgent, proxies } = loadConfig(withKeys(environment)).config.outgoing;
  return {
    userAgent,
    proxies: proxies && { https: proxies.https?.reveal(), http: proxies.http?.reveal(), except: proxies.except },
  };
}

describe('how calls leave this machine', () => {
  it('is straight and under our own name by default', () => {
    assert.deepEqual(decided({}), { userAgent: undefined, proxies: undefined });
    assert.deepEqual(decided({ HTTPS_PROXY: ' ', https_proxy: '', NO_PROXY: '*' }).proxies, undefined);
  });

  it('is through the proxies that are named, in lower case first', () => {
    const proxies = { HTTPS_PROXY: 'http://up.test:1', https_proxy: 'http://low.test:2', NO_PROXY: 'a', no_proxy: 'b' };
    assert.deepEqual(decided(proxies).proxies, { https: 'http://low.test:2/', http: undefined, except: 'b' });
    const upper = { HTTP_PROXY: 'https://u:p@up.test', NO_PROXY: 'a.test, *.b.test' };
    assert.deepEqual(decided(upper).proxies, {
      https: undefined,
      http: 'https://u:p@up.test/',
      except: 'a.test, *.b.test',
    });
    assert.equal(decided({ HTTPS_PROXY: 'proxy.test:3128' }).proxies?.https, 'http://proxy.test:3128/');
    assert.equal(decided({ HTTPS_PROXY: '[::1]:3128' }).proxies?.https, 'http://[::1]:3128/');
  });

  it('shows no password', () => {
    const { config } = loadConfig(withKeys({ https_proxy: 'http://u:hunter2@up.test' }));
    assert.doesNotMatch(inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config), /hunter2/);
  });

  it('is refused where a proxy cannot be one, without a word of its URL', () => {
    for (const url of [
      'socks5://u:hunter2@a.test',
      'ftp://a.test',
      'http://',
      'http://a b',
      'http://u:%zz@a.test',
      ':',
    ]) {
      for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) {
        const { found, error } = problemsOf(withKeys({ [name]: url }));
        assert.deepEqual(found, [name], url);
        assert.doesNotMatch(error.message, /hunter2/);
      }
    }
  });

  it('is under the name that is given, where a header can carry it', () => {
    const name = 'acme-calendars/2 (+https://acme.example)';
    assert.equal(decided({ EVERGRANT_USER_AGENT: name }).userAgent, name);
    for (const odd of ['a\nb', 'ü', 'x'.repeat(257)]) {
      assert.deepEqual(problemsOf(withKeys({ EVERGRANT_USER_AGENT: odd })).found, ['EVERGRANT_USER_AGENT']);
    }
  });
});
