import { SPELLINGS } from '../../imports/import-fields.ts';

/** The fields of a line, for `evergrant import --help`. */
export function importHelp(): string {
  const names = Object.entries(SPELLINGS).map(([name, spellings]) => {
    const others = spellings.slice(1).join(', ');
    return `  ${name.padEnd(20)}${MEANINGS[name as keyof typeof SPELLINGS]}${others === '' ? '' : ` [also: ${others}]`}`;
  });
  return `\nFields of a line:\n${names.join('\n')}\n
Upper and lower case, "_", "-" and spaces make no difference in a name.
Times are ISO 8601 (UTC where it names no offset), epoch seconds, or epoch milliseconds, of the years 2000 to 2100.

A file holds one JSON object a line, a JSON array of objects, or CSV under a row of these names:

  subject,provider,account_id,access_token,refresh_token,expires_at
  42,cal-com-managed,1179,...,...,2026-11-21T12:00:00Z`;
}

const MEANINGS: Readonly<Record<keyof typeof SPELLINGS, string>> = {
  subject: "your app's id of the user, as its JWTs and calls name it; required",
  provider: 'a configured provider, such as cal-com-managed; required',
  connection: 'the name of the connection, for a user who has several to this provider',
  account_id: "the provider's id of the account; required for cal-com-managed: the numeric user id",
  access_token: 'required where there is no refresh_token',
  refresh_token: 'required where there is no access_token',
  expires_at:
    'when the access token ends; without it, the first call refreshes, or, without a refresh_token, it has no end',
  expires_in: 'instead of expires_at: seconds, counted from obtained_at',
  obtained_at: 'when the access token was obtained; for expires_in, or for the lifetime that the provider is known for',
  refresh_expires_at: 'when the refresh token ends, if it does',
  token_type: 'Bearer unless given',
};
