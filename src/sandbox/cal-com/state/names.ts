/** `local@domain` as Cal.com stores it for a client: `local+{clientId}@domain`. Suffixing twice changes nothing. */
export function suffixEmail(email: string, clientId: string): string {
  if (email.includes(`+${clientId}@`)) return email;
  const [local, domain] = email.split('@');
  // Nothing checks that it is an address: one without "@" gets the domain "undefined", as it does at Cal.com.
  return `${local ?? ''}+${clientId}@${String(domain)}`;
}

/** Lower case, no accents, every run of other characters one hyphen. */
function slugify(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** The username of the hosted platform: from the suffixed local part and the first two labels of the domain. */
export function platformUsername(suffixedEmail: string): string {
  const [local, domain] = suffixedEmail.split('@');
  const [first, second] = (domain ?? '').split('.');
  return slugify(`${local ?? ''}-${String(first)}-${String(second)}`);
}

/** The username in forks of cal.diy: the organization instead of the domain. */
export function calDiyUsername(suffixedEmail: string, organizationId: number): string {
  return slugify(`${suffixedEmail.split('@')[0] ?? ''}-${organizationId}`);
}
