import { html } from 'hono/html';
import type { AuthorizationRequest } from './authorization-request.ts';
import type { Account, Profile } from './records.ts';

type Html = ReturnType<typeof html>;

const STYLE = `body { font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
fieldset { border: 1px solid #767676; border-radius: .5rem; margin: 1rem 0; padding: .5rem 1rem }
label { display: block; padding: .25rem 0 }
button { font: inherit; padding: .5rem 1.25rem; border: 1px solid #1a1a1a; border-radius: .5rem; background: #fff; color: #1a1a1a; cursor: pointer }
button[value=allow] { background: #1a1a1a; color: #fff }
:focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px }`;

/** Asks a person to choose a calendar account and to allow or deny. The form posts back to the page's own address. */
export async function consentPage(
  { client, scope, delegatedScope, providerName }: AuthorizationRequest,
  profiles: readonly Profile[],
  linkedTo: Account | undefined,
): Promise<string> {
  const first = profiles.find((profile) => profile.providerName === providerName) ?? profiles[0];
  return page(
    `Authorize ${client.name}`,
    html`<p><strong>${client.name}</strong> asks for access to your calendar.</p>
      <ul>
        ${[scope, delegatedScope ?? '']
          .flatMap((scopes) => scopes.split(' '))
          .filter((one) => one !== '')
          .map((one) => html`<li><code>${one}</code></li>`)}
      </ul>
      <form method="post">
        <fieldset>
          <legend>Your calendar account</legend>
          ${profiles.map((profile) => choice(profile, profile === first))}
        </fieldset>
        ${linkedTo === undefined ? '' : html`<p>Whichever you choose is linked to the account ${nameOf(linkedTo)}.</p>`}
        <button name="decision" value="allow">Allow</button>
        <button name="decision" value="deny">Deny</button>
      </form>`,
  );
}

/** Offers to connect a profile anew. The form posts back to the page's own address. */
export async function relinkPage({ name, connected }: Profile): Promise<string> {
  const offer = html`<form method="post"><button>Connect again</button></form>`;
  return page(
    `Calendar account ${name}`,
    html`<p>It is ${connected ? 'connected.' : 'not connected.'}</p>
      ${connected ? '' : offer}`,
  );
}

/** Tells a person something, and no more. */
export async function messagePage(title: string, message: string): Promise<string> {
  return page(title, html`<p>${message}</p>`);
}

async function page(title: string, body: Html): Promise<string> {
  const whole = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Cronofy sandbox</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
          <p><small>This is a sandbox. No calendar is real here.</small></p>
        </main>
      </body>
    </html>`;
  return whole.toString();
}

function choice({ id, name, providerName }: Profile, isChecked: boolean): Html {
  return html`<label>
    <input type="radio" name="profile_id" value="${id}" ${isChecked ? 'checked' : ''} /> ${name} (${providerName})
  </label>`;
}

function nameOf({ sub, email }: Account): string {
  return email === null ? sub : `of ${email} (${sub})`;
}
