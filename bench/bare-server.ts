import { createServer } from 'node:http';

/** The least a Node server can do for the same bytes: the yardstick of every figure here. */
const { body } = JSON.parse(process.argv[2] ?? '{}') as { body: string };
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` });
});
process.once('disconnect', () => process.exit());
