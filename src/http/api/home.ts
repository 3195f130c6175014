import { redirect } from '../response/answer.ts';
import type { Route } from '../endpoint.ts';
import type { HttpServices } from '../services.ts';

/** The route of `/`, which shows what is served here. */
export function homeRoutes({ settings }: Pick<HttpServices, 'settings'>): Route[] {
  const answer = redirect(`${settings.publicUrl}/docs`);
  return [{ method: 'GET', path: '/', endpoint: () => answer }];
}
