import type { Parser } from '../family.ts';

/** The addresses of one Cal.com. */
export interface CalComPlace {
  /** With the version, without a trailing slash. */
  readonly apiUrl: string;
  /** Without a trailing slash. */
  readonly appUrl: string;
}

/** Where Cal.com keeps the data of its accounts. Each region has clients and tokens of its own. */
export type Region = keyof typeof REGIONS;

/** From apps/mobile/utils/region.ts of calcom/companion, as of 18 August 2026. */
const REGIONS = {
  us: { apiUrl: 'https://api.cal.com/v2', appUrl: 'https://app.cal.com' },
  eu: { apiUrl: 'https://api.cal.eu/v2', appUrl: 'https://app.cal.eu' },
} as const satisfies Readonly<Record<string, CalComPlace>>;

/** The addresses of a region. */
export function placeOf(region: Region): CalComPlace {
  return REGIONS[region];
}

/** The region that an address is in; undefined for any other Cal.com, such as one's own. */
export function regionOf(url: string | undefined): Region | undefined {
  if (url === undefined) return undefined;
  const { host } = new URL(url);
  const regions = Object.keys(REGIONS) as Region[];
  return regions.find((region) => Object.values(REGIONS[region]).some((known) => new URL(known).host === host));
}

/** Parses the name of a region, in capitals or not. */
export const parseRegion: Parser<Region> = (text, refuse) => {
  const name = text.toLowerCase();
  if (Object.hasOwn(REGIONS, name)) return name as Region;
  throw refuse('names no region of Cal.com', 'Accepted: us for cal.com, eu for cal.eu.');
};
