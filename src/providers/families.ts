import type { ProviderDependencies, ProviderFamily, SettingsReader } from './family.ts';
import type { Provider } from './provider.ts';
import { FAMILIES } from './registry.ts';

type Family = (typeof FAMILIES)[number];

/** The settings of each family, by its id. */
export type ProviderSettings = { readonly [Each in Family as Each['id']]: ReturnType<Each['readSettings']> };

/** A variable that a family reads. */
export type ProviderVariable = Family['variables'][number];

/** The families, seen through their common interface. */
const families: readonly ProviderFamily[] = FAMILIES;

/** All variables that families read, in display order. */
export const PROVIDER_VARIABLES: readonly ProviderVariable[] = FAMILIES.flatMap(({ variables }) => [...variables]);

/** The variables of each of our clients; those of one client are used together. */
export const CLIENT_VARIABLES: readonly (readonly string[])[] = families.flatMap(({ clients }) => clients);

/** The prefixes of families' variables, for families whose variables start with their own name. */
export const VARIABLE_PREFIXES: readonly string[] = families
  .map(({ id, variables }) => ({ prefix: `${id.toUpperCase().replaceAll('-', '_')}_`, variables }))
  .filter(({ prefix, variables }) => variables.some(({ name }) => name.startsWith(prefix)))
  .map(({ prefix }) => prefix);

/** The names of providers that have variables of their own. */
export const TAKEN_NAMES: readonly string[] = families.flatMap(({ names }) => names);

/** All permissions that a frontend token of any provider can have. */
export const FRONTEND_PERMISSIONS: readonly string[] = [
  ...new Set(families.flatMap(({ frontendPermissions }) => frontendPermissions ?? [])),
];

/** A sentence that tells an operator without any provider what to set. */
export const HOW_TO_CONFIGURE = `Set ${eitherOf(CLIENT_VARIABLES.flatMap(([first = '']) => first))}.`;

/** Reads the settings of all families; problems are collected in `settings`. */
export function readProviderSettings(settings: SettingsReader): ProviderSettings {
  return Object.fromEntries(families.map((family) => [family.id, family.readSettings(settings)])) as ProviderSettings;
}

/** Whether there is a provider whose accounts users link themselves. */
export function isAnyLinkable(settings: ProviderSettings): boolean {
  return families.some((family) => family.isLinkable(ofFamily(settings, family)));
}

/** Builds all configured providers. */
export async function buildProviders(
  settings: ProviderSettings,
  dependencies: ProviderDependencies,
): Promise<readonly Provider[]> {
  const built = families.map((family) => family.build(ofFamily(settings, family), dependencies));
  return (await Promise.all(built)).flat();
}

function ofFamily(settings: Readonly<Record<string, unknown>>, { id }: ProviderFamily): unknown {
  return settings[id];
}

function eitherOf(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' or ');
}
