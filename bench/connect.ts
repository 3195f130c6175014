import { startCalCom } from '../src/sandbox/index.ts';

/** A fake Cal.com that refuses nobody. */
export async function startUpstream(): Promise<AsyncDisposable & { readonly url: string }> {
  const calCom = await startCalCom({ port: 0 });
  const { ok, status } = await fetch(`${calCom.url}/__sandbox/settings`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rate_limit_per_minute: 0 }),
  });
  if (!ok) throw new Error(`The sandbox answered ${status}.`);
  return calCom;
}

/**
 * Makes the first call of every user, after which each has a live token.
 *
 * @param bearers the users' credentials
 * @returns the body of an answer
 */
export async function connectAll(url: string, bearers: readonly string[]): Promise<string> {
  const waiting = [...bearers];
  let answer = '';
  const connect = async () => {
    for (let authorization = waiting.pop(); authorization !== undefined; authorization = waiting.pop()) {
      const response = await fetch(url, { method: 'POST', headers: { authorization } });
      answer = await response.text();
      if (response.status !== 200) throw new Error(answer);
    }
  };
  await Promise.all(Array.from({ length: 16 }, connect));
  return answer;
}
