import { createServer } from 'node:http';

/** The least a Node server can do for the same bytes, after so many milliseconds: the yardstick of every figure here. */
const { body, afterMs = 0 } = JSON.parse(process.argv[2] ?? '{}') as { body: string; afterMs?: number };
const server = createServer((_request, response) => {
  const answer = () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  };
  if (afterMs === 0) answer();
  else setTimeout(answer, afterMs);
});
server.listen(0, '127.0.0.1', 4096, () => {
  const address = server.address();
  process.send?.({ url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` });
});
process.once('disconnect', () => process.exit());
