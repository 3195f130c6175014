import type { AccountProfile, Obtained } from '../../providers/provider.ts';
import { Secret } from '../../secret.ts';

/** An answer with its tokens in the clear, to be written as JSON and sealed as a whole. */
export interface SealedAnswer {
  readonly accessToken: string;
  readonly expiresAt: number;
  readonly tokenType: string;
  readonly refreshToken?: string;
  readonly refreshExpiresAt?: number;
  readonly presentedRefreshToken?: string;
  readonly profile?: AccountProfile;
}

/** What is to be sealed of an answer. */
export function sealAnswer({ tokens, presentedRefreshToken, profile }: Obtained): SealedAnswer {
  const { accessToken, refreshToken, expiresAt, refreshExpiresAt, tokenType } = tokens;
  return {
    accessToken: accessToken.reveal(),
    expiresAt,
    tokenType,
    ...(refreshToken === undefined ? {} : { refreshToken: refreshToken.reveal() }),
    ...(refreshExpiresAt === undefined ? {} : { refreshExpiresAt }),
    ...(presentedRefreshToken === undefined ? {} : { presentedRefreshToken: presentedRefreshToken.reveal() }),
    ...(profile === undefined ? {} : { profile }),
  };
}

/** The answer that was sealed. */
export function openAnswer(content: SealedAnswer): Obtained {
  const { accessToken, refreshToken, expiresAt, refreshExpiresAt, tokenType, presentedRefreshToken, profile } = content;
  return {
    kind: 'obtained',
    tokens: {
      accessToken: new Secret(accessToken),
      expiresAt,
      tokenType,
      ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
      ...(refreshExpiresAt === undefined ? {} : { refreshExpiresAt }),
    },
    ...(presentedRefreshToken === undefined ? {} : { presentedRefreshToken: new Secret(presentedRefreshToken) }),
    ...(profile === undefined ? {} : { profile }),
  };
}
