import { Command } from 'commander';
import {
  DEV_CAL_PORT,
  DEV_CRONOFY_PORT,
  SANDBOX_CAL_CLIENT,
  SANDBOX_CAL_OAUTH_CLIENT,
  SANDBOX_CRONOFY_CLIENT,
} from './dev/data.ts';
import { parsePort } from './parse-port.ts';
import { askedToStop } from './signals.ts';

interface SandboxCommandOptions {
  readonly calPort: number;
  readonly cronofyPort: number;
  readonly oauth2Port?: number;
  readonly host: string;
  readonly state?: string;
}

/** `evergrant sandbox`: runs a fake Cal.com and a fake Cronofy, with faults on demand. */
export function sandboxCommand(): Command {
  return new Command('sandbox')
    .description('run the fake Cal.com and Cronofy alone: the real behaviour offline, faults on demand')
    .option('--cal-port <port>', "the sandbox's Cal.com", parsePort, DEV_CAL_PORT)
    .option('--cronofy-port <port>', "the sandbox's Cronofy", parsePort, DEV_CRONOFY_PORT)
    .option('--oauth2-port <port>', 'a plain OAuth 2 server as well', parsePort)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--state <file>', 'keep all state in this file, and others named after it; without it, it is forgotten')
    .action(async ({ calPort, cronofyPort, oauth2Port, host, state }: SandboxCommandOptions) => {
      const kept = (suffix: string) => (state === undefined ? {} : { stateFile: state + suffix });
      const { startCalCom, startCronofy, startOAuth2 } = await import('../sandbox/index.ts');
      await using calCom = await startCalCom({ port: calPort, host, ...kept('') });
      await using cronofy = await startCronofy({ port: cronofyPort, host, ...kept('.cronofy') });
      await using oauth2 =
        oauth2Port === undefined ? undefined : await startOAuth2({ port: oauth2Port, host, ...kept('.oauth2') });
      console.log(`Cal.com sandbox: ${calCom.url}/v2
  client     ${SANDBOX_CAL_CLIENT.id} / ${SANDBOX_CAL_CLIENT.secret}
  OAuth      ${SANDBOX_CAL_OAUTH_CLIENT.id} / ${SANDBOX_CAL_OAUTH_CLIENT.secret}
Cronofy sandbox: ${cronofy.url}
  client     ${SANDBOX_CRONOFY_CLIENT.id} / ${SANDBOX_CRONOFY_CLIENT.secret}
${oauth2 === undefined ? '' : `OAuth 2 sandbox: ${oauth2.url}\n  client     sandbox-oauth2-client / sandbox-oauth2-secret\n`}Each has a control API at /__sandbox/   (journal, state, settings, faults, clock, tokens, reset)`);
      await askedToStop();
    });
}
