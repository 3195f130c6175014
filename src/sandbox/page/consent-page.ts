import { markup, type Markup } from './markup.ts';
import { page, type Site } from './page.ts';

/** A permission that the application asks for. */
export interface Permission {
  /** A description for people, e.g. `See your calendars`; undefined if there is none. */
  readonly words: string | undefined;
  readonly scope: string;
}

/** An account that may consent. */
export interface Choice {
  /** The value that the form sends for it. */
  readonly value: string;
  readonly name: string;
  /** Distinguishes it from others with the same name, e.g. its e-mail. */
  readonly detail: string;
}

/** Configures a consent page. */
export interface Consent {
  readonly site: Site;
  readonly clientName: string;
  readonly permissions: readonly Permission[];
  readonly choices: readonly Choice[];
  /** The value of the preselected choice; the first one by default. */
  readonly chosen?: string | undefined;
  /** What to know before choosing. */
  readonly notice?: string | undefined;
  /** The form field for the choice. */
  readonly field: string;
  /** The URL to which the form posts; the page's own address by default. */
  readonly action?: string;
  /** Sent along with the choice and `decision` (`allow` or `deny`). */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** The page where a person picks an account and grants or denies access: one form, no scripts. */
export function consentPage(consent: Consent): Response {
  const { site, clientName, permissions, choices, notice, field, action, parameters = {} } = consent;
  const chosen = consent.chosen ?? choices[0]?.value;
  const hidden = Object.entries(parameters).map(
    ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`,
  );
  return page(
    200,
    site,
    `${clientName} wants to use your ${site.account}`,
    markup`${permissions.length > 0 && permissionList(permissions)}
      ${notice !== undefined && markup`<p class="notice">${notice}</p>`}
      <form method="post"${action !== undefined && markup` action="${action}"`}>${hidden}
        <fieldset>
          <legend>Which account?</legend>
          <div class="rows">${choices.map((choice) => row(choice, field, choice.value === chosen))}
          </div>
        </fieldset>
        <div class="buttons">
          <button name="decision" value="allow">Allow</button>
          <button name="decision" value="deny">Deny</button>
        </div>
      </form>`,
  );
}

function permissionList(permissions: readonly Permission[]): Markup {
  const items = permissions.map(({ words, scope }) => {
    const name = markup`<code>${scope}</code>`;
    return markup`
        <li>${words === undefined ? name : [markup`<span>${words}</span> `, name]}</li>`;
  });
  return markup`<h2>It asks to</h2>
      <ul class="scopes">${items}
      </ul>`;
}

function row({ value, name, detail }: Choice, field: string, isChosen: boolean): Markup {
  return markup`
            <label><input type="radio" name="${field}" value="${value}"${isChosen && ' checked'} required> <span><b>${name}</b> <small>${detail}</small></span></label>`;
}
