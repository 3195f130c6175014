import assert from 'node:assert/strict';

/** A page that a browser came to. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What a browser does of a redirect flow: keeps cookies for each server and path, follows redirects, posts a form. */
export class Browser {
  readonly #cookies = new Map<string, { path: string; value: string }>();

  /** Goes to `url` and wherever that leads; stops before whatever begins with `until`, and gives its address as a page. */
  async open(url: string, until: string): Promise<Page> {
    return this.#go(url, until, { method: 'GET' });
  }

  /** Posts the form of the page it is on, with what that holds already. */
  async submit(page: Page, fields: Readonly<Record<string, string>>, until: string): Promise<Page> {
    const form = /<form\b[^>]*>/.exec(page.text)?.[0] ?? '';
    const hidden = [...page.text.matchAll(/<input type="hidden"[^>]*>/g)].map(([tag]) => [
      attribute(tag, 'name'),
      attribute(tag, 'value'),
    ]);
    const body = new URLSearchParams({ ...(Object.fromEntries(hidden) as Record<string, string>), ...fields });
    const action = attribute(form, 'action');
    return this.#go(action === '' ? page.url : new URL(action, page.url).href, until, { method: 'POST', body });
  }

  async #go(url: string, until: string, request: RequestInit): Promise<Page> {
    let [next, init] = [url, request];
    for (let hops = 0; hops < 10; hops += 1) {
      const { origin, pathname } = new URL(next);
      const sent = [...this.#cookies].filter(
        ([key, { path }]) => key.startsWith(`${origin} `) && pathname.startsWith(path),
      );
      const cookie = sent.map(([key, { value }]) => `${key.split(' ')[1] ?? ''}=${value}`).join('; ');
      const response = await fetch(next, { ...init, headers: { cookie }, redirect: 'manual' });
      for (const line of response.headers.getSetCookie()) this.#keep(origin, line);
      const text = await response.text();
      const location = response.headers.get('location');
      if (location === null) return { url: next, status: response.status, headers: response.headers, text };
      next = new URL(location, next).href;
      init = { method: 'GET' };
      if (next.startsWith(until)) return { url: next, status: response.status, headers: response.headers, text };
    }
    assert.fail(`${url} leads on and on`);
  }

  #keep(origin: string, line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const [name = '', value = ''] = pair.split('=');
    const path = attributes.find((each) => /^path=/i.test(each))?.slice(5) ?? '/';
    this.#cookies.set(`${origin} ${name}`, { path, value });
  }
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  return value.replace(/&(amp|quot|#39);/g, (_, entity: string) => ({ amp: '&', quot: '"' })[entity] ?? "'");
}
