/** What consent is to when nobody says to what. */
export const USUAL_SCOPE = 'openid email profile offline_access';
