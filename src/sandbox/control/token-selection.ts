import { z } from 'zod';
import { parseOrRefuse } from './bad-request.ts';
import type { TokenSelection } from './fake.ts';

const kind = z.enum(['access', 'refresh', 'both']).default('access');
const byAccessToken = z.strictObject({ access_token: z.string() });
const byRefreshToken = z.strictObject({ refresh_token: z.string() });
const byAll = z.strictObject({ all: z.literal(true), kind });

/**
 * Returns a parser for bodies that select tokens; it throws a `BadRequest`.
 * @param accountField the fake's name for an account
 */
export function tokenSelection(accountField: string): (body: unknown) => TokenSelection {
  const byAccount = z
    .strictObject({ [accountField]: z.union([z.string(), z.number()]), kind })
    .transform((chosen) => ({ account: String(chosen[accountField]), kind: kind.parse(chosen.kind) }));
  const schema = z.union([byAccessToken, byRefreshToken, byAll, byAccount], {
    error: `accepts {"access_token": "..."}, {"refresh_token": "..."}, {"${accountField}": ...} or {"all": true}, the last two with "kind": "access" (default), "refresh" or "both"`,
  });
  return (body) => {
    const chosen = parseOrRefuse(schema, body);
    if ('access_token' in chosen) return { by: 'value', value: chosen.access_token };
    if ('refresh_token' in chosen) return { by: 'value', value: chosen.refresh_token };
    if ('account' in chosen) return { by: 'account', account: chosen.account, kind: chosen.kind };
    return { by: 'all', kind: chosen.kind };
  };
}
