import { calComManaged, type CalComManagedOptions } from './cal-com-managed.ts';
import type { Provider } from './provider.ts';

/** What each provider needs to be built; a provider without options is not served. */
export interface ProviderOptions {
  readonly 'cal-com-managed'?: CalComManagedOptions;
}

/** Every provider Evergrant knows, built where it is configured. */
export function configuredProviders(options: ProviderOptions): Provider[] {
  return [built(calComManaged, options['cal-com-managed'])].filter((provider) => provider !== undefined);
}

function built<Options>(build: (options: Options) => Provider, options: Options | undefined): Provider | undefined {
  return options === undefined ? undefined : build(options);
}
