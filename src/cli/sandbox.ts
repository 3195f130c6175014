import { Command } from 'commander';
import { startCalCom } from '../sandbox/index.ts';
import { DEV_CAL_PORT, SANDBOX_CAL_CLIENT } from './dev-data.ts';
import { parsePort } from './parse-port.ts';
import { askedToStop } from './signals.ts';

/** `evergrant sandbox`: a Cal.com of your own, faults on demand. */
export function sandboxCommand(): Command {
  return new Command('sandbox')
    .description('run the fake Cal.com alone: the real behaviour offline, faults on demand')
    .option('--cal-port <port>', "the sandbox's Cal.com", parsePort, DEV_CAL_PORT)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--state <file>', 'keep all state in this file; without it, it is forgotten at the end')
    .action(async ({ calPort, host, state }: { calPort: number; host: string; state?: string }) => {
      await using calCom = await startCalCom({
        port: calPort,
        host,
        ...(state === undefined ? {} : { stateFile: state }),
      });
      console.log(`Cal.com sandbox: ${calCom.url}/v2
  client     ${SANDBOX_CAL_CLIENT.id} / ${SANDBOX_CAL_CLIENT.secret}
  control    ${calCom.url}/__sandbox/   (journal, state, settings, faults, clock, tokens, reset)`);
      await askedToStop();
    });
}
