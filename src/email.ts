import { domainToASCII } from 'node:url';

/** RFC 5321 section 4.5.3.1 counts octets, and RFC 6531 keeps that for UTF-8. */
const LONGEST_BYTES = 254;
const LONGEST_LOCAL_BYTES = 64;
const LONGEST_HOST_CHARACTERS = 253;
/** RFC 5322 section 3.2.3 (dot-atom), with what RFC 6531 adds: any character beyond ASCII that can be seen. */
const LOCAL_PART =
  /^(?:[\w!#$%&'*+/=?^`{|}~-]|[^\p{ASCII}\p{C}\p{Z}])+(?:\.(?:[\w!#$%&'*+/=?^`{|}~-]|[^\p{ASCII}\p{C}\p{Z}])+)*$/u;
const DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;
/** At least two labels (RFC 1123 section 2.1), the last of which is no number. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/**
 * Whether a text is an e-mail address: the one rule for all that come in, those of RFC 6531 and of internationalised
 * domains included. The address is taken exactly as it stands, so a space around it is a fault.
 */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
  if (Buffer.byteLength(text) > LONGEST_BYTES || Buffer.byteLength(local) > LONGEST_LOCAL_BYTES) return false;
  return LOCAL_PART.test(local) && text.isWellFormed() && isDomain(domain);
}

/** Whether only the white space before or after a text keeps it from being an e-mail address. */
export function isEmailWithinSpaces(text: string): boolean {
  return text !== text.trim() && isEmail(text.trim());
}

function isDomain(domain: string): boolean {
  if (!DOMAIN.test(domain)) return false;
  const host = domainToASCII(domain);
  return host.length <= LONGEST_HOST_CHARACTERS && HOST.test(host);
}
