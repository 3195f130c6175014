import { calCom, type CalComOptions } from './cal-com/cal-com.ts';
import { calComManaged, type CalComManagedOptions } from './cal-com/managed.ts';
import type { CronofyClient } from './cronofy/client.ts';
import { cronofyManaged } from './cronofy/managed.ts';
import { cronofy, type CronofyOptions } from './cronofy/cronofy.ts';
import { oauth2, type OAuth2Options } from './oauth-2/oauth-2.ts';
import type { Provider } from './provider.ts';

/** What each provider needs to be built; a provider without options is not served. */
export interface ProviderOptions {
  readonly 'cal-com-managed'?: CalComManagedOptions | undefined;
  readonly 'cal-com'?: CalComOptions | undefined;
  readonly cronofy?: CronofyOptions | undefined;
  readonly 'cronofy-managed'?: CronofyClient | undefined;
  /** Those of the operator's own. */
  readonly oauth2?: readonly OAuth2Options[];
}

/** Every provider Evergrant knows, built where it is configured. */
export function configuredProviders(options: ProviderOptions): Provider[] {
  return [
    built(calComManaged, options['cal-com-managed']),
    built(calCom, options['cal-com']),
    built(cronofy, options.cronofy),
    built(cronofyManaged, options['cronofy-managed']),
    ...(options.oauth2 ?? []).map((each) => oauth2(each)),
  ].filter((provider) => provider !== undefined);
}

function built<Options>(build: (options: Options) => Provider, options: Options | undefined): Provider | undefined {
  return options === undefined ? undefined : build(options);
}
