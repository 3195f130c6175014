/** One account that may consent. */
export interface Choice {
  /** What the form sends as `account`. */
  readonly value: string;
  readonly name: string;
  readonly email: string;
}

/** What a page for consent shows and sends. */
export interface Consent {
  /** Whose page it is, e.g. `Sandbox Cal.com`. */
  readonly site: string;
  readonly clientName: string;
  readonly scopes: readonly string[];
  /** The first one is chosen. */
  readonly choices: readonly Choice[];
  /** Where the form is posted. */
  readonly action: string;
  /** The parameters of the request, sent along with `account` and `decision` (`allow` or `deny`). */
  readonly parameters: Readonly<Record<string, string>>;
}

const STYLE = `body{font:1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:3rem auto;padding:0 1rem;color:#1f2328;background:#fff}
fieldset{margin:1rem 0;border:1px solid #59636e;border-radius:.4rem}label{display:block;padding:.25rem 0}
button{font:inherit;padding:.5rem 1.5rem;margin-right:.5rem;border:1px solid #1f2328;border-radius:.4rem;background:#fff;color:#1f2328}
button[value=allow]{background:#1f2328;color:#fff}`;

/** The page on which a person picks an account, and allows or denies: one form, no script. */
export function consentPage({ site, clientName, scopes, choices, action, parameters }: Consent): Response {
  const fields = Object.entries(parameters).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  const accounts = choices.map(
    ({ value, name, email }, index) =>
      `<label><input type="radio" name="account" value="${escaped(value)}"${index === 0 ? ' checked' : ''} required> ${escaped(name)} (${escaped(email)})</label>`,
  );
  const asked =
    scopes.length === 0
      ? ''
      : `<p>It asks for:</p><ul>${scopes.map((scope) => `<li>${escaped(scope)}</li>`).join('')}</ul>`;
  return page(
    200,
    `Allow ${clientName}? - ${site}`,
    `<h1>${escaped(clientName)} wants access to your account</h1><p>This is ${escaped(site)}. Nothing here is real.</p>${asked}
<form method="post" action="${escaped(action)}">${fields.join('')}
<fieldset><legend>Your account</legend>${accounts.join('\n')}</fieldset>
<button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button></form>`,
  );
}

/** The page for a request that must not be sent back: whoever made it may not be the client that it names. */
export function dismissalPage(status: number, site: string, reason: string): Response {
  return page(
    status,
    `Not possible - ${site}`,
    `<h1>This link does not work</h1><p role="alert">${escaped(reason)}</p><p>This is ${escaped(site)}. You are not sent on.</p>`,
  );
}

function page(status: number, title: string, body: string): Response {
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`;
  return new Response(html, {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      // No form-action: browsers would apply it to the redirect that follows the form, too.
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'Referrer-Policy': 'no-referrer',
    },
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
