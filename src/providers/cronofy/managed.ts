import { exactMemberAt } from '../../oauth/answer/exact-member.ts';
import { jsonMemberAt } from '../../oauth/json-member.ts';
import { openTransport, type UpstreamResult } from '../../oauth/transport.ts';
import { CRONOFY, cronofyAccount, cronofyTokens, type CronofyClient } from './client.ts';
import { elementTokens } from './element-tokens.ts';
import { OAuth2Authorization } from '../oauth-2/authorization.ts';
import { oauth2 } from '../oauth-2/oauth-2.ts';
import type { OAuth2Definition } from '../oauth-2/definition.ts';
import { OAuth2Judgement } from '../oauth-2/judgement.ts';
import { toProfile } from '../to-profile.ts';
import type { ExchangeResult, KeptAnswer, Provider } from '../provider.ts';
import { answeredAgain, readerFingerprint } from '../unreadable.ts';

const UNPROCESSABLE = 422;

/**
 * Cronofy's application calendars, which we create for users who link none of their own. One call creates a calendar
 * under an id of our choice or, if it exists, returns new tokens for it. Whether that ends the previous tokens is not
 * documented, so either is assumed to be possible. The id is the subject itself, so that calendars that an app created
 * under its own user ids are found.
 */
export function cronofyManaged(options: CronofyClient): Provider {
  const { apiUrl, clientId, clientSecret, upstreamTimeoutMs: timeoutMs, now } = options;
  const transport = openTransport(options.outgoing);
  const definition: OAuth2Definition = { ...cronofyTokens(options), name: 'cronofy-managed' };
  const judgement = new OAuth2Judgement(definition);
  // Nobody consents to an application calendar; only the account of a token is asked for.
  const accounts = new OAuth2Authorization({
    definition: { url: apiUrl, scopes: [], account: cronofyAccount(options) },
    clientId,
    transport,
    ask: () => Promise.reject(new Error('Nobody consents to an application calendar.')),
  });
  const open = async (subject: string): Promise<ExchangeResult> => {
    const askedAt = now();
    const result = await transport.send({
      method: 'POST',
      url: `${apiUrl}/v1/application_calendars`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_id: clientId,
        client_secret: clientSecret.reveal(),
        application_calendar_id: subject,
      }),
      timeoutMs,
    });
    return withProfile(judgement.ofTokens(result, { askedAt, now: now() }), result);
  };
  const opened = (kept: KeptAnswer) => withProfile(judgement.ofKept(kept), answeredAgain(kept));
  return {
    ...oauth2({ ...options, ...CRONOFY, definition }, transport),
    reader: {
      fingerprint: readerFingerprint(definition),
      read: (kept, asked) => (asked === 'refresh' ? judgement.ofKept(kept) : opened(kept)),
    },
    provisionsAgain: true,
    confirmsImports: true,
    identify: (accessToken) => accounts.identify(accessToken),
    provision: ({ subject }) => open(subject),
    recover: ({ subject }) => open(subject),
    frontendTokens: elementTokens(options, transport),
  };
}

function withProfile(answer: ExchangeResult, result: UpstreamResult): ExchangeResult {
  if (result.kind !== 'answered') return answer;
  const { status, json } = result;
  if (status === UNPROCESSABLE && jsonMemberAt(json, 'errors.application_calendar_id') !== undefined) {
    return { kind: 'input_refused', detail: `HTTP ${status} application_calendar_id`, fields: ['subject'] };
  }
  const profile = toProfile(exactMemberAt(result, 'sub'), { name: jsonMemberAt(json, 'linking_profile.profile_name') });
  return answer.kind === 'obtained' && profile !== undefined ? { ...answer, profile } : answer;
}
