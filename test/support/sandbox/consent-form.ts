/** What a person does on a page for consent. */
export interface Decision {
  decision?: 'allow' | 'deny';
  /** What the account's label contains; the one that is chosen already unless given. */
  account?: string;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** Text as a browser reads it from HTML. */
function read(html: string): string {
  return html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '');
}

function attribute(tag: string, name: string): string {
  return read(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
}

/** One page for consent as a browser has it. */
export interface ConsentForm {
  readonly html: string;
  readonly accounts: { name: string; label: string; value: string; checked: boolean }[];
  /** Sends the form; gives the answer, whose redirect is not followed. */
  submit: (decision?: Decision) => Promise<Response>;
}

/** Opens a page for consent; throws where it shows no form. */
export async function openConsent(pageUrl: string): Promise<ConsentForm> {
  const page = await fetch(pageUrl, { redirect: 'manual' });
  const html = await page.text();
  const form = /<form [^>]*>/.exec(html)?.[0];
  if (page.status !== 200 || form === undefined) throw new Error(`No form: ${page.status} ${html}`);
  const accounts = [...html.matchAll(/<label>(<input type="radio" name="[^"]*"[^>]*>) (.*?)<\/label>/g)].map(
    ([, input = '', label = '']) => ({
      name: attribute(input, 'name'),
      label: read(label.replaceAll(/<[^>]*>/g, '')),
      value: attribute(input, 'value'),
      checked: / checked/.test(input),
    }),
  );
  const submit = async ({ decision = 'allow', account }: Decision = {}): Promise<Response> => {
    const fields = new URLSearchParams();
    for (const [input] of html.matchAll(/<input type="hidden"[^>]*>/g)) {
      fields.append(attribute(input, 'name'), attribute(input, 'value'));
    }
    const chosen = accounts.find(({ label, checked }) => (account === undefined ? checked : label.includes(account)));
    if (chosen === undefined) throw new Error(`No account ${String(account)}: ${html}`);
    if (!html.includes(`<button name="decision" value="${decision}">`))
      throw new Error(`No button ${decision}: ${html}`);
    fields.append(chosen.name, chosen.value);
    fields.append('decision', decision);
    // A form without an action is posted to the page's own address.
    const action = new URL(attribute(form, 'action') || pageUrl, pageUrl);
    return fetch(action, { method: attribute(form, 'method'), body: fields, redirect: 'manual' });
  };
  return { html, accounts, submit };
}

/** Decides on a page for consent; gives the address to which the browser is sent. */
export async function consent(pageUrl: string | URL, decision: Decision = {}): Promise<URL> {
  const form = await openConsent(String(pageUrl));
  return locationOf(await form.submit(decision));
}

/** Where an answer sends the browser; throws where it sends it nowhere. */
export function locationOf(answer: Response): URL {
  const location = answer.headers.get('location');
  if (![302, 303].includes(answer.status) || location === null) throw new Error(`No redirect: ${answer.status}`);
  return new URL(location);
}
