import { z } from 'zod';

/** What somebody has written that would take the place of something that is not theirs to write. */
const OURS = 'is set by Evergrant itself';

/** The parameters of token requests that a definition must not name: they belong to the grant or to authentication. */
const RESERVED_PARAMETERS = [
  ...['grant_type', 'code', 'redirect_uri', 'code_verifier', 'refresh_token', 'token'],
  ...['client_id', 'client_secret', 'client_assertion', 'client_assertion_type'],
];

/** The headers that a definition must not name, because they are part of HTTP, of the body or of authentication. */
const RESERVED_HEADERS = [
  ...['authorization', 'proxy-authorization', 'cookie', 'host', 'content-type', 'content-length'],
  ...['transfer-encoding', 'connection', 'keep-alive', 'te', 'trailer', 'upgrade', 'expect'],
];

const HEADERS = 'an object of texts by header';
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const HEADER_VALUE = /^[\x20-\x7e]{1,1000}$/;

/** Further parameters of a request to the token or the revocation endpoint. */
export const requestParameters = z
  .record(z.string(), z.string('a text'), 'an object of texts')
  .superRefine((parameters, context) => {
    for (const name of Object.keys(parameters).filter((each) => RESERVED_PARAMETERS.includes(each))) {
      refuse(context, name, OURS, `any but ${RESERVED_PARAMETERS.join(', ')}`);
    }
  });

/** Further headers of requests, by their names in any case; they come out in lower case. */
export const requestHeaders = z
  .record(z.string(), z.string('a text'), HEADERS)
  .superRefine((headers, context) => {
    const seen = new Set<string>();
    for (const [name, value] of Object.entries(headers)) {
      const lower = name.toLowerCase();
      if (!HEADER_NAME.test(name)) refuse(context, name, 'is not a name for a header', 'letters, digits and hyphens');
      else if (seen.has(lower)) refuse(context, name, 'is there twice', 'each header once');
      else if (RESERVED_HEADERS.includes(lower)) {
        refuse(context, name, OURS, `any but ${RESERVED_HEADERS.join(', ')}`);
      } else if (!HEADER_VALUE.test(value)) {
        const accepted = 'up to 1000 characters of ASCII, and no line breaks';
        refuse(context, name, 'is a text that no header can carry', accepted);
      }
      seen.add(lower);
    }
  })
  .transform((headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  );

const CLIENT_KEY = 'an object that names a variable (env) or a file that holds the private key';

/** Where the private key of a client is, and how it signs. */
export const clientKey = z.strictObject(
  {
    env: z.string('the name of the environment variable that holds the key').optional(),
    file: z.string('the path of the file that holds the key').optional(),
    alg: z.string('the algorithm to sign with, such as RS256').optional(),
    kid: z.string('the id of the key as the provider knows it').optional(),
    audience: z.string('whom the provider wants assertions to be for, usually its token_url').optional(),
  },
  CLIENT_KEY,
);

/** Where the certificate of a client and its key are. */
export const clientCertificate = z.strictObject(
  {
    file: z.string('the path of the file that holds the certificate, in PEM'),
    key_file: z.string('the path of the file that holds its private key, in PEM'),
  },
  'an object that names the file of the certificate (file) and the one of its key (key_file)',
);

const HANDED_ON = 'a list of places in the token answer, and of callback. and the name of a parameter';
/** Tokens have members of their own, so that each is handed out in one place only. */
const TOKENS = ['access_token', 'refresh_token'];

/** What of a token answer is handed on. */
export const handOn = z
  .array(
    z
      .string(HANDED_ON)
      .regex(/^[\w.[\]:/-]{1,100}$/, HANDED_ON)
      .refine(
        (name) => !TOKENS.includes(name),
        `any but ${TOKENS.join(' and ')}, which the answer of a token call has anyway`,
      ),
    HANDED_ON,
  )
  .max(20, 'at most 20 places');

function refuse(context: z.RefinementCtx, name: string, problem: string, accepted: string): void {
  context.addIssue({ code: 'custom', path: [name], message: accepted, params: { problem } });
}
