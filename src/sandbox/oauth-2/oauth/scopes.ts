/** The scope granted if a request names none. */
export const USUAL_SCOPE = 'openid email profile offline_access';
