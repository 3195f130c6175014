import { Refusal } from './refusal.ts';
import { isLoopback } from './urls.ts';

/** Reads a comma separated list of pages; each must be met exactly. Throws a Refusal. */
export function parseReturnUrls(text: string): readonly string[] {
  const urls = text.split(',').map((url) => url.trim());
  if (urls.every(isPage)) return [...new Set(urls)];
  throw new Refusal(
    'holds something that is not a page to return to',
    'Accepted: https URLs (http only for localhost) without a fragment, for example https://app.example.com/calendar/linked.',
  );
}

function isPage(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isSecure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  return isSecure && url.hash === '' && url.username === '' && url.password === '' && url.href === text;
}
