import { authenticateClient } from '../oauth/authenticate-client.ts';
import type { Cronofy } from '../cronofy.ts';
import { newApplicationCalendar } from './new-account.ts';
import { textOf, type Parameters } from '../oauth/parameters.ts';
import type { Account, Client } from './records.ts';
import { tokenError, unprocessable } from '../oauth/refusal.ts';
import { authorize, issue, linkingProfile, tokenAnswer } from '../oauth/tokens.ts';

const SCOPE = { scope: 'read_write', delegatedScope: null };

/**
 * `POST /v1/application_calendars`: creates the calendar on first use, and issues new tokens for it each time.
 *
 * @throws Refusal with `invalid_client`, 422 without an `application_calendar_id`, or 429
 */
export function applicationCalendar(cronofy: Cronofy, parameters: Parameters): object {
  const { world, clock, settings, limiter } = cronofy;
  const { application_calendar_ends_tokens, application_calendar_invalid_client_status } = settings.values;
  const now = clock.now();
  const client = authenticateClient(cronofy, parameters);
  if (client === undefined) throw tokenError('invalid_client', application_calendar_invalid_client_status);
  limiter.count(client.id, settings.values, now);
  const id = textOf(parameters, 'application_calendar_id');
  if (id === undefined)
    throw unprocessable('application_calendar_id', 'required', 'application_calendar_id must be given');

  const account = world.applicationCalendar(client, id) ?? create(cronofy, client, id);
  const authorization = world.standingAuthorization(client, account.sub) ?? authorize(cronofy, client, account, SCOPE);
  if (application_calendar_ends_tokens) {
    for (const token of world.liveTokens(authorization, now)) world.endToken(token, 'superseded', now);
  }
  const access = issue(cronofy, 'access', authorization);
  const refresh = issue(cronofy, 'refresh', authorization);
  const [profile] = world.profilesOf(account);
  return {
    ...tokenAnswer(cronofy, { authorization, access, refresh }),
    application_calendar_id: id,
    sub: account.sub,
    ...(profile === undefined ? {} : { linking_profile: linkingProfile(profile) }),
  };
}

function create({ world }: Cronofy, client: Client, id: string): Account {
  const { account, profile } = newApplicationCalendar(client.id, id);
  world.addProfile(profile);
  world.addAccount(account);
  return account;
}
