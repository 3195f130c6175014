import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig } from '../../../src/config/index.ts';
import { problemsOf, withKeys } from '../../support/environments.ts';

const CLIENT = { CAL_COM_CLIENT_ID: 'c', CAL_COM_CLIENT_SECRET: 's', CAL_COM_OAUTH_CLIENT_ID: 'o' };
const US = { apiUrl: 'https://api.cal.com/v2', appUrl: 'https://app.cal.com' };
const EU = { apiUrl: 'https://api.cal.eu/v2', appUrl: 'https://app.cal.eu' };
const OWN = { apiUrl: 'https://cal.example.com/v2', appUrl: 'https://cal.example.com' };

type Urls = Record<string, string>;

const api = (url: string): Urls => ({ CAL_COM_API_URL: url });
const app = (url: string): Urls => ({ CAL_COM_APP_URL: url });
const region = (name: string): Urls => ({ CAL_COM_REGION: name });

describe("Cal.com's region", () => {
  for (const [environment, place] of [
    [{}, US],
    [region('us'), US],
    [region('eu'), EU],
    [region(' EU '), EU],
    [api(EU.apiUrl), EU],
    [api(`${EU.apiUrl}/`), EU],
    [app(EU.appUrl), EU],
    [{ ...api(EU.apiUrl), ...app(EU.appUrl) }, EU],
    [{ ...region('eu'), ...api(EU.apiUrl), ...app(`${EU.appUrl}/`) }, EU],
    [api(OWN.apiUrl), { ...US, apiUrl: OWN.apiUrl }],
    [{ ...api(OWN.apiUrl), ...app(OWN.appUrl) }, OWN],
    [
      { ...api('https://proxy.example/api.cal.eu/v2'), ...app(EU.appUrl) },
      { ...EU, apiUrl: 'https://proxy.example/api.cal.eu/v2' },
    ],
  ] as [Urls, typeof US | typeof EU][]) {
    it(`is ${place.apiUrl}, ${place.appUrl} for ${JSON.stringify(environment)}`, () => {
      const { 'cal-com': calCom } = loadConfig(withKeys({ ...CLIENT, ...environment })).config.providers;
      for (const client of [calCom.managed, calCom.oauth]) {
        assert.deepEqual({ apiUrl: client?.apiUrl, appUrl: client?.appUrl }, place);
      }
    });
  }

  for (const [environment, variable, problem] of [
    [region('europe'), 'CAL_COM_REGION', /names no region/],
    [region('https://api.cal.eu'), 'CAL_COM_REGION', /names no region/],
    [{ ...region('eu'), ...api(US.apiUrl) }, 'CAL_COM_REGION', /CAL_COM_API_URL names another place/],
    [{ ...region('eu'), ...app(US.appUrl) }, 'CAL_COM_REGION', /CAL_COM_APP_URL names another place/],
    [{ ...region('us'), ...api(EU.apiUrl), ...app(EU.appUrl) }, 'CAL_COM_REGION', /CAL_COM_API_URL names another/],
    [{ ...region('us'), ...api(OWN.apiUrl) }, 'CAL_COM_REGION', /CAL_COM_API_URL names another place/],
    [{ ...api(EU.apiUrl), ...app(US.appUrl) }, 'CAL_COM_APP_URL', /is of another region/],
    [{ ...api(US.apiUrl), ...app(EU.appUrl) }, 'CAL_COM_APP_URL', /is of another region/],
  ] as [Urls, string, RegExp][]) {
    it(`refuses ${JSON.stringify(environment)}`, () => {
      const { found, error } = problemsOf(withKeys({ ...CLIENT, ...environment }));
      assert.deepEqual(found, [variable]);
      assert.match(error.message, problem);
    });
  }
});
