import { z } from 'zod';

/** How often a refresh gives a new refresh token: `always`, `never` or `every:N`. */
export const rotation = z.union([z.enum(['always', 'never']), z.string().regex(/^every:[1-9]\d{0,5}$/)]);

/** Whether to replace a refresh token that has been used `uses` times, this time included. */
export function isRotationDue(setting: string, uses: number): boolean {
  if (setting === 'never') return false;
  const every = setting.startsWith('every:') ? Number(setting.slice('every:'.length)) : 1;
  return uses >= every;
}
