import type { Config } from '../config/index.ts';
import type { Outgoing } from '../oauth/outgoing.ts';
import { USER_AGENT } from '../version.ts';

/** How calls leave this machine by this configuration. */
export function outgoingOf({ outgoing: { userAgent = USER_AGENT, proxies } }: Pick<Config, 'outgoing'>): Outgoing {
  return { userAgent, proxies };
}
