import type { AccountProfile, Obtained } from '../../providers/provider.ts';
import { Secret } from '../../secret.ts';

/** An answer with its tokens in plain text, to be written as JSON and sealed as a whole. */
export interface SealedAnswer {
  readonly accessToken: string;
  readonly expiresAt: number;
  readonly tokenType: string;
  readonly refreshToken?: string;
  readonly refreshExpiresAt?: number;
  readonly presentedRefreshToken?: string;
  readonly providerData?: string;
  readonly profile?: AccountProfile;
}

/** The part of an answer to be sealed. */
export function sealAnswer({ tokens, presentedRefreshToken, profile }: Obtained): SealedAnswer {
  const { accessToken, refreshToken, expiresAt, refreshExpiresAt, tokenType, providerData } = tokens;
  return {
    accessToken: accessToken.reveal(),
    expiresAt,
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
  const { accessToken, refreshToken, expiresAt, refreshExpiresAt, tokenType, presentedRefreshToken, profile } = content;
  const { providerData } = content;
  return {
    kind: 'obtained',
    tokens: {
      accessToken: new Secret(accessToken),
      expiresAt,
      tokenType,
      ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
      ...(refreshExpiresAt === undefined ? {} : { refreshExpiresAt }),
      ...(providerData === undefined ? {} : { providerData: new Secret(providerData) }),
    },
    ...(presentedRefreshToken === undefined ? {} : { presentedRefreshToken: new Secret(presentedRefreshToken) }),
    ...(profile === undefined ? {} : { profile }),
  };
}
