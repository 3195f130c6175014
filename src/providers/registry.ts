import { CAL_COM } from './cal-com/index.ts';
import { CRONOFY } from './cronofy/index.ts';
import { OAUTH_2 } from './oauth-2/index.ts';

/** All families of providers, in display order. */
export const FAMILIES = [CAL_COM, CRONOFY, OAUTH_2] as const;
