import { redirect } from '../response/answer.ts';
import type { Route } from '../endpoint.ts';
import type { HttpServices } from '../services.ts';

/** Whoever types the address alone is shown what is served. */
export function homeRoutes({ settings }: Pick<HttpServices, 'settings'>): Route[] {
  const answer = redirect(`${settings.publicUrl}/docs`);
  return [{ method: 'GET', path: '/', endpoint: () => answer }];
}
