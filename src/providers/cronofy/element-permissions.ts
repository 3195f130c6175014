/** The permissions that an element token can have, in Cronofy's terms. */
export const ELEMENT_PERMISSIONS = ['agenda', 'account_management', 'availability', 'managed_availability'] as const;
