/** `local@domain` as Cal.com stores it for a client: `local+{clientId}@domain`. Idempotent. */
export function suffixEmail(email: string, clientId: string): string {
  if (email.includes(`+${clientId}@`)) return email;
  const [local, domain] = email.split('@');
  // Nothing checks that it is an address. Without "@", the domain becomes "undefined", as at Cal.com.
  return `${local ?? ''}+${clientId}@${String(domain)}`;
}

/** Lower case without accents; every run of other characters becomes one hyphen. */
function slugify(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** The username on the hosted platform: the suffixed local part and the first two labels of the domain. */
export function platformUsername(suffixedEmail: string): string {
  const [local, domain] = suffixedEmail.split('@');
  const [first, second] = (domain ?? '').split('.');
  return slugify(`${local ?? ''}-${String(first)}-${String(second)}`);
}

/** The username in forks of cal.diy: with the organization instead of the domain. */
export function calDiyUsername(suffixedEmail: string, organizationId: number): string {
  return slugify(`${suffixedEmail.split('@')[0] ?? ''}-${organizationId}`);
}
