import type { Config } from '../config/index.ts';
import type { Providers } from '../grants/providers.ts';
import type { BookingsSettings, HttpSettings } from '../http/services.ts';
import { VERSION } from '../version.ts';

/** The settings of this deployment for the HTTP module. */
export function httpSettings(config: Config, providers: Providers): HttpSettings {
  return {
    publicUrl: config.publicUrl,
    corsOrigins: config.corsOrigins,
    bookings: bookingsSettings(config),
    providers: providers.all.map(({ name }) => name),
    linkable: providers.linkable().map(({ name }) => name),
    provisioned: providers.all.filter((each) => each.provision !== undefined).map(({ name }) => name),
    titles: new Map(providers.all.map(({ name, title }) => [name, title])),
    returnUrls: config.returnUrls,
    version: VERSION,
  };
}

/** The Cal.com provider behind `/api/v1/bookings`; undefined if it is not configured. */
export function bookingsSettings({ bookings: mode, providers }: Config): BookingsSettings | undefined {
  const client = providers['cal-com'][mode];
  if (client === undefined) return undefined;
  return {
    provider: mode === 'managed' ? 'cal-com-managed' : 'cal-com',
    mode,
    calClientId: client.clientId,
    calApiUrl: client.apiUrl,
    calAppUrl: client.appUrl,
  };
}
