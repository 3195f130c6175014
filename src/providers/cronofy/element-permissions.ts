/** What a page with an element token may do, in Cronofy's words. */
export const ELEMENT_PERMISSIONS = ['agenda', 'account_management', 'availability', 'managed_availability'] as const;
