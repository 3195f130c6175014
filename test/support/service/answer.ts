import assert from 'node:assert/strict';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined where it is not JSON. */
  readonly json: any;
}

/** What a call sends besides method and path. */
export interface Call {
  readonly bearer?: string;
  /** A string goes as it is, anything else as JSON with its content type. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Calls over a real socket. */
export async function call(url: string, method: string, { bearer, body, headers = {} }: Call = {}): Promise<Answer> {
  const sent = new Headers(headers);
  if (bearer !== undefined) sent.set('authorization', `Bearer ${bearer}`);
  if (body !== undefined && typeof body !== 'string' && !sent.has('content-type')) {
    sent.set('content-type', 'application/json');
  }
  const response = await fetch(url, {
    method,
    headers: sent,
    redirect: 'manual',
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return toAnswer(response.status, response.headers, await response.text());
}

export function toAnswer(status: number, headers: Headers, text: string): Answer {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status, headers, text, json };
}

/** Asserts a 200 with the body of a live token, and gives that body. */
export function tokenOf(answer: Answer): any {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(typeof answer.json.access_token, 'string', answer.text);
  assert.notEqual(answer.json.access_token, '');
  return answer.json;
}

/** Asserts everything that holds of every error, and gives its body. */
export function toProblem(answer: Answer, status: number, code?: string): any {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json\b/);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal(answer.json.status, status);
  assert.equal(answer.json.type, 'about:blank');
  assert.ok(answer.json.title.length > 0);
  assert.ok(answer.json.detail.length > 10, answer.text);
  assert.match(answer.json.code, /^[a-z_]+$/);
  if (code !== undefined) assert.equal(answer.json.code, code, answer.text);
  assert.equal(answer.json.access_token, undefined);
  assert.equal(answer.json.accessToken, undefined);
  return answer.json;
}

/** Asserts that an error says when to come again, and gives that in milliseconds. */
export function retryAfterMs(answer: Answer): number {
  const text = answer.headers.get('retry-after') ?? '';
  assert.match(text, /^[1-9]\d*$/, `Retry-After of ${answer.text}`);
  return Number(text) * 1000;
}
