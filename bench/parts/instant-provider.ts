import { createServer, type IncomingMessage } from 'node:http';

/**
 * An OAuth 2 server that rotates and answers at once: what is measured is then the service's. It takes refresh tokens
 * `r.<subject>.<generation>`, the newest of each subject alone. Run with the milliseconds that an answer takes.
 */
const latencyMs = Number(process.argv[2] ?? 0);
const generations = new Map<string, number>();
let counted = { calls: 0, refused: 0 };
/** Tokens are as long as those of providers that sign them. */
const FILLING = 'x'.repeat(280);
const TTL_SECONDS = 3600;

const server = createServer((request, response) => {
  const answer = (status: number, body: unknown) => {
    const text = JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  };
  if (request.method === 'GET') {
    answer(200, counted);
    return;
  }
  if (request.method === 'DELETE') {
    counted = { calls: 0, refused: 0 };
    answer(200, counted);
    return;
  }
  void textOf(request).then((text) => {
    const tokens = exchange(new URLSearchParams(text).get('refresh_token') ?? '');
    const send = () => {
      if (tokens === undefined) answer(400, { error: 'invalid_grant' });
      else answer(200, tokens);
    };
    if (latencyMs > 0) setTimeout(send, latencyMs);
    else send();
  });
});

function exchange(presented: string) {
  counted.calls += 1;
  const [, subject = '', generation] = presented.split('.');
  const current = generations.get(subject) ?? 0;
  if (Number(generation) !== current) {
    counted.refused += 1;
    return undefined;
  }
  generations.set(subject, current + 1);
  return {
    access_token: `a.${subject}.${current + 1}.${FILLING}`,
    refresh_token: `r.${subject}.${current + 1}.${FILLING}`,
    token_type: 'Bearer',
    expires_in: TTL_SECONDS,
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return text;
}

server.listen(0, '127.0.0.1', 4096, () => {
  const address = server.address();
  process.send?.({ url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` });
});
process.once('disconnect', () => process.exit());
