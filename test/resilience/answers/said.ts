import type { Draw } from './draw.ts';

/** What an answer is meant to say, before it is written down in some way. */
export interface Said {
  /** Which of the fuzz test's providers gets it. */
  readonly provider: 'plain' | 'placed' | 'managed';
  readonly status: number;
  readonly content: object;
  /** What must come of it where it can be read. */
  readonly meaning: Meaning;
  /** Whether it is flat, so that a form can say it. */
  readonly isFlat: boolean;
}

/** Tokens, with the life of the access token in seconds where it is told; a refusal by its kind; or nothing for sure. */
export type Meaning =
  | {
      readonly kind: 'tokens';
      readonly access: string;
      readonly refresh: string | undefined;
      readonly life: number | undefined;
    }
  | { readonly kind: 'rejected' | 'client_refused' | 'nothing' };

/** When every call of the fuzz test is asked, in epoch milliseconds. */
export const NOW = Date.UTC(2026, 10, 28, 12);

const TOKEN = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=';
const NEITHER = [undefined, null, '', false, ' '];
const TYPES = ['Bearer', 'bearer', 'BEARER', 'bot', 'user', 'jwt', '', null, undefined, 'access_token'];
const NO_BEARERS = ['mac', 'DPoP', 'N_A', 'pop'];
const ODD_TOKENS = [42, true, {}, ['a'], 'two\nlines', 'tökén', 'x'.repeat(65_537)];

/** Draws what a server says: mostly tokens, else a refusal or an error that says nothing about the grant. */
export function drawSaid(draw: Draw): Said {
  const kind = draw.between(1, 20);
  if (kind <= 3) return refusal(draw);
  return kind <= 6 ? managed(draw) : oauth(draw);
}

function oauth(draw: Draw): Said {
  const access = drawToken(draw);
  const refresh = draw.oneIn(4) ? undefined : drawToken(draw);
  const { life, members } = drawLife(draw);
  const spoilt = draw.oneIn(25) ? draw.of(['access', 'refresh', 'type']) : undefined;
  const tokens = {
    access_token: spoilt === 'access' ? draw.of(ODD_TOKENS) : padded(draw, access),
    token_type: spoilt === 'type' ? draw.of(NO_BEARERS) : draw.of(TYPES),
    refresh_token:
      spoilt === 'refresh' ? draw.of(ODD_TOKENS) : refresh === undefined ? draw.of(NEITHER) : padded(draw, refresh),
    ...members,
  };
  const meaning: Meaning = spoilt === undefined ? { kind: 'tokens', access, refresh, life } : { kind: 'nothing' };
  const common = { status: draw.of([200, 200, 200, 201, 202]), meaning };
  if (draw.oneIn(4)) return { ...common, provider: 'placed', content: { data: tokens, ok: true }, isFlat: false };
  return { ...common, provider: 'plain', content: tokens, isFlat: spoilt === undefined };
}

function managed(draw: Draw): Said {
  const [access, refresh] = [drawToken(draw), drawToken(draw)];
  const life = draw.between(60, 3_600);
  const end = NOW + life * 1000;
  const data = {
    accessToken: padded(draw, access),
    refreshToken: padded(draw, refresh),
    accessTokenExpiresAt: draw.of([end, String(end), new Date(end).toISOString()]),
    refreshTokenExpiresAt: NOW + 365 * 86_400_000,
  };
  const content = { status: 'success', data };
  const meaning: Meaning = { kind: 'tokens', access, refresh, life };
  return { provider: 'managed', status: draw.of([200, 201]), content, meaning, isFlat: false };
}

function refusal(draw: Draw): Said {
  if (draw.oneIn(4)) {
    const error = {
      code: 'BadRequestException',
      message: draw.of(['Invalid refresh token', 'Invalid request format']),
    };
    const content = { status: 'error', error };
    return { provider: 'managed', status: 400, content, meaning: { kind: 'rejected' }, isFlat: false };
  }
  const [error, kind] = draw.of([
    ['invalid_grant', 'rejected'],
    ['invalid_client', 'client_refused'],
    ['slow_down', 'nothing'],
    ['server_error', 'nothing'],
    ['temporarily_unavailable', 'nothing'],
  ] as const);
  const content = { error, error_description: draw.of(['no', 'Not invalid_grant, only busy.', 'invalid_grant?']) };
  return {
    provider: draw.of(['plain', 'placed']),
    status: draw.of([400, 401]),
    content,
    meaning: { kind },
    isFlat: false,
  };
}

function drawToken(draw: Draw): string {
  const text = draw.text(TOKEN, 8, 60);
  // Long ones are costly to draw.
  return draw.oneIn(200) ? text.padEnd(draw.between(8_000, 65_536), text) : text;
}

function padded(draw: Draw, token: string): string {
  if (!draw.oneIn(10)) return token;
  return draw.of([`${token}\n`, ` ${token}`, `${token}\r\n`, `\t${token} `]);
}

/** How long the access token lives, and the members that say so; undefined where none does. */
function drawLife(draw: Draw): { life: number | undefined; members: object } {
  const life = draw.between(60, 80_000);
  const end = NOW + life * 1000;
  const ends = [
    end,
    end / 1000,
    String(end),
    String(end / 1000),
    new Date(end).toISOString(),
    new Date(end).toUTCString(),
  ];
  const lives = [life, String(life), `${life}.0`, ` ${life} `, `${life}s`];
  const members = draw.of<object | undefined>([
    { expires_in: draw.of(lives) },
    { expires_in: draw.of(lives), expires_at: draw.of(ends) },
    { [draw.of(['expires_at', 'expires_on', 'expires', 'access_token_expires_at', 'expiry'])]: draw.of(ends) },
    { expires: life },
    undefined,
  ]);
  return {
    life: members === undefined ? undefined : life,
    members: members ?? { expires_in: draw.of([null, 0, 'never', undefined]) },
  };
}
