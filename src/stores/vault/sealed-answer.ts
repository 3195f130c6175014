import type { AccountProfile, Obtained, Unreadable } from '../../providers/provider.ts';
import { Secret } from '../../secret.ts';

/** An answer with its tokens in plain text, to be written as JSON and sealed as a whole. */
export interface SealedAnswer {
  readonly accessToken: string;
  readonly expiresAt: number;
  readonly isExpiryGuessed?: true;
  readonly tokenType: string;
  readonly refreshToken?: string;
  readonly refreshExpiresAt?: number;
  readonly presentedRefreshToken?: string;
  readonly providerData?: string;
  readonly profile?: AccountProfile;
}

/** The part of an answer to be sealed. */
export function sealAnswer({ tokens, presentedRefreshToken, profile }: Obtained): SealedAnswer {
  const { accessToken, refreshToken, expiresAt, isExpiryGuessed, refreshExpiresAt, tokenType, providerData } = tokens;
  return {
    accessToken: accessToken.reveal(),
    expiresAt,
    ...(isExpiryGuessed === undefined ? {} : { isExpiryGuessed }),
    tokenType,
    ...(refreshToken === undefined ? {} : { refreshToken: refreshToken.reveal() }),
    ...(refreshExpiresAt === undefined ? {} : { refreshExpiresAt }),
    ...(presentedRefreshToken === undefined ? {} : { presentedRefreshToken: presentedRefreshToken.reveal() }),
    ...(providerData === undefined ? {} : { providerData: providerData.reveal() }),
    ...(profile === undefined ? {} : { profile }),
  };
}

/** Restores an answer from {@link sealAnswer}'s result. */
export function openAnswer(content: SealedAnswer): Obtained {
  const { accessToken, refreshToken, expiresAt, isExpiryGuessed, refreshExpiresAt, tokenType } = content;
  const { presentedRefreshToken, profile, providerData } = content;
  return {
    kind: 'obtained',
    tokens: {
      accessToken: new Secret(accessToken),
      expiresAt,
      ...(isExpiryGuessed === undefined ? {} : { isExpiryGuessed }),
      tokenType,
      ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
      ...(refreshExpiresAt === undefined ? {} : { refreshExpiresAt }),
      ...(providerData === undefined ? {} : { providerData: new Secret(providerData) }),
    },
    ...(presentedRefreshToken === undefined ? {} : { presentedRefreshToken: new Secret(presentedRefreshToken) }),
    ...(profile === undefined ? {} : { profile }),
  };
}

/** An answer that cannot be read, to be written as JSON and sealed as a whole. */
export interface SealedUnread extends Pick<Unreadable, 'detail' | 'reason'> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** In base64. */
  readonly body: string;
  readonly askedAt: number;
  readonly presentedRefreshToken?: string;
}

/** The part of an unread answer to be sealed. */
export function sealUnread({ detail, reason, kept, presentedRefreshToken }: Unreadable): SealedUnread {
  const { body, ...rest } = kept;
  return {
    ...rest,
    detail,
    reason,
    body: body.reveal(),
    ...(presentedRefreshToken === undefined ? {} : { presentedRefreshToken: presentedRefreshToken.reveal() }),
  };
}

/** Restores an answer from {@link sealUnread}'s result. */
export function openUnread({ detail, reason, presentedRefreshToken, body, ...rest }: SealedUnread): Unreadable {
  return {
    kind: 'unreadable',
    detail,
    reason,
    kept: { ...rest, body: new Secret(body) },
    ...(presentedRefreshToken === undefined ? {} : { presentedRefreshToken: new Secret(presentedRefreshToken) }),
  };
}
