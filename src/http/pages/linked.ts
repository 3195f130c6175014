import { LINK_MESSAGES } from '../../grants/linking/link-error.ts';
import { cardPage } from './card.ts';
import type { Answer } from '../endpoint.ts';
import { markup, type Markup } from './markup.ts';
import { BROWSER_LINK_ERRORS, linkTitle } from './link-title.ts';
import type { HttpSettings } from '../services.ts';

/** The query parameters that a browser brings back; undefined if missing or repeated. */
export interface Visit {
  readonly provider: string | undefined;
  readonly code: string | undefined;
  readonly error: string | undefined;
}

type Place = Pick<HttpSettings, 'publicUrl' | 'linkable' | 'titles'>;

/**
 * The built-in page to return to: what happened, and commands to paste that continue. Shows parameters only if they
 * have the form in which we send them.
 */
export function linkedPage(visit: Visit, place: Place): Answer {
  const provider = shaped(visit.provider, /^[a-z0-9-]{1,32}$/);
  const code = shaped(visit.code, /^[A-Za-z0-9_-]{1,255}$/);
  const error = BROWSER_LINK_ERRORS.find((each) => each === visit.error);
  if (error !== undefined) return failedPage(error, provider, place);
  return code === undefined || provider === undefined ? neutralPage(place) : consentedPage(provider, code, place);
}

function shaped(text: string | undefined, shape: RegExp): string | undefined {
  return text !== undefined && shape.test(text) ? text : undefined;
}

function consentedPage(provider: string, code: string, { publicUrl, titles }: Place): Answer {
  const title = titles.get(provider) ?? provider;
  const connection = `${publicUrl}/api/v1/connections/${provider}`;
  const body = markup`<p>${title} sent you back with a code. Nothing is linked until the user who began completes it.</p>
      <h2>1. Complete the link</h2>
      <p><code>$KEY</code> is the API key of the user who began. <code>npm start</code> printed one.</p>
      ${lines('Complete the link', [
        `curl -X POST ${connection}/complete/`,
        AUTHORIZATION,
        `-H 'Content-Type: application/json'`,
        `-d '{"code":"${code}"}'`,
      ])}
      <h2>2. Get a live token</h2>
      ${lines('Get a live token', [`curl -X POST ${connection}/token/`, AUTHORIZATION])}
      <p class="aside">With an app of your own, the browser comes back to a page of that. It takes
        <code>evergrant_code</code> from the address and completes in the same user’s session; nobody else can. The code
        works once, within ten minutes of the beginning. More in the <a href="${publicUrl}/docs#op-connections-complete">API reference</a>.</p>`;
  return cardPage({ status: 200, provider: title, title: 'Consent given', body, width: 'wide' }, publicUrl);
}

function failedPage(error: (typeof BROWSER_LINK_ERRORS)[number], provider: string | undefined, place: Place): Answer {
  const name = provider === undefined ? undefined : (place.titles.get(provider) ?? provider);
  const title = linkTitle(error, name);
  const body = markup`<p>${LINK_MESSAGES[error]}</p>
      ${beginning('Begin again', provider, place)}
      <p class="aside">With an app of your own, the browser comes back to a page of that, with
        <code>evergrant_error=${error}</code> in the address.</p>`;
  return cardPage({ status: 200, provider: name, title, body, width: 'wide' }, place.publicUrl);
}

function neutralPage(place: Place): Answer {
  const body = markup`<p>${NEUTRAL.text}</p>
      ${beginning('Link an account', undefined, place)}`;
  return cardPage({ status: 200, title: NEUTRAL.title, body, width: 'wide' }, place.publicUrl);
}

const NEUTRAL = {
  title: 'No link under way',
  text: 'Whoever links an account comes back to this page, until an app has one of its own.',
};

function beginning(heading: string, provider: string | undefined, { publicUrl, linkable }: Place): Markup | undefined {
  const name = provider ?? linkable[0];
  if (name === undefined) return undefined;
  return markup`<h2>${heading}</h2>
      ${lines(heading, [`curl -X POST ${publicUrl}/api/v1/connections/${name}/authorize/`, AUTHORIZATION])}
      <p>Open the <code>authorize_url</code> of the answer in a browser. <code>$KEY</code> is a user’s API key;
        <code>npm start</code> printed one.</p>`;
}

const AUTHORIZATION = '-H "Authorization: Bearer $KEY"';

/** Lines to paste into a shell as one command. */
function lines(label: string, parts: readonly string[]): Markup {
  const command = parts.join(' \\\n  ');
  return markup`<pre tabindex="0" role="region" aria-label="${label}"><code>${command}</code></pre>`;
}
