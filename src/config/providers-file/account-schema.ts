import { z } from 'zod';
import { requestHeaders } from './request-schema.ts';
import { HTTPS_URL, url } from './url-schema.ts';

const place = z.string('where it stands in the JSON, such as data.id');

/** Where the account of an access token is described. */
export const account = z
  .strictObject(
    {
      from: z.enum(['url', 'token_answer', 'id_token'], 'url, token_answer or id_token').optional(),
      url: url.optional(),
      method: z.enum(['GET', 'POST'], 'GET or POST').optional(),
      body: z.record(z.string(), z.unknown(), 'an object, which is sent as JSON').optional(),
      headers: requestHeaders.optional(),
      id: place,
      email: place.optional(),
      username: place.optional(),
      name: place.optional(),
      time_zone: place.optional(),
    },
    'an object with the url that describes the account and its id there',
  )
  .superRefine(({ from = 'url', method = 'GET', ...has }, context) => {
    const refuse = (member: string, problem: string, message: string) => {
      context.addIssue({ code: 'custom', path: [member], message, params: { problem } });
    };
    if (from === 'url') {
      if (has.url === undefined) refuse('url', 'is missing', `${HTTPS_URL}, or another source in from`);
      if (has.body !== undefined && method === 'GET')
        refuse('body', 'is sent by POST only', 'it beside "POST" as method');
      return;
    }
    for (const member of ['url', 'body', 'headers'] as const) {
      if (has[member] !== undefined) refuse(member, `has no use beside "${from}" in from`, 'one of the two');
    }
  });
