import type { ReadyDefinition } from '../definition.ts';
import { ATLASSIAN } from './atlassian.ts';
import { CALENDLY } from './calendly.ts';
import { DROPBOX } from './dropbox.ts';
import { GITHUB, GITHUB_APP } from './github.ts';
import { GOOGLE } from './google.ts';
import { HUBSPOT } from './hubspot.ts';
import { LINKEDIN } from './linkedin.ts';
import { MICROSOFT } from './microsoft.ts';
import { NOTION } from './notion.ts';
import { QUICKBOOKS } from './quickbooks.ts';
import { SALESFORCE } from './salesforce.ts';
import { SLACK } from './slack.ts';
import { XERO } from './xero.ts';
import { ZOHO } from './zoho.ts';
import { ZOOM } from './zoom.ts';

/** Definitions that only need a client, by the name that a configuration gives as `preset`. */
export const READY_DEFINITIONS: Readonly<Record<string, ReadyDefinition>> = {
  calendly: CALENDLY,
  google: GOOGLE,
  microsoft: MICROSOFT,
  github: GITHUB,
  'github-app': GITHUB_APP,
  slack: SLACK,
  notion: NOTION,
  linkedin: LINKEDIN,
  hubspot: HUBSPOT,
  salesforce: SALESFORCE,
  zoom: ZOOM,
  dropbox: DROPBOX,
  atlassian: ATLASSIAN,
  quickbooks: QUICKBOOKS,
  xero: XERO,
  zoho: ZOHO,
};

/** The titles of providers that an operator names after a preset. */
export const READY_TITLES: Readonly<Record<string, string>> = {
  calendly: 'Calendly',
  google: 'Google',
  microsoft: 'Microsoft',
  github: 'GitHub',
  'github-app': 'GitHub',
  slack: 'Slack',
  notion: 'Notion',
  linkedin: 'LinkedIn',
  hubspot: 'HubSpot',
  salesforce: 'Salesforce',
  zoom: 'Zoom',
  dropbox: 'Dropbox',
  atlassian: 'Atlassian',
  quickbooks: 'QuickBooks',
  xero: 'Xero',
  zoho: 'Zoho',
};
