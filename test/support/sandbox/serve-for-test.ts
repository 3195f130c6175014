import { startCalCom } from '../../../src/sandbox/index.ts';

// A sandbox in a process of its own, so that a test can kill it.
const [stateFile = ''] = process.argv.slice(2);
const sandbox = await startCalCom({ port: 0, stateFile });
process.stdout.write(`${sandbox.url}\n`);
