import type { Config } from '../../config/index.ts';
import { DEV_FOLDER, SANDBOX_CAL_CLIENT, SANDBOX_CRONOFY_CLIENT, type DevUpstreams } from './data.ts';

/** The facts that {@link devBanner} prints. */
export interface DevBannerFacts extends DevUpstreams {
  readonly url: string;
  readonly config: Config;
  readonly demoKey: string;
}

/** The text that `evergrant dev` prints when it has started: where everything is, and commands to paste. */
export function devBanner({ url, calComUrl, cronofyUrl, config, demoKey }: DevBannerFacts): string {
  const {
    cronofy,
    'cal-com': { managed: calCom },
  } = config.providers;
  const sandboxed = calCom?.clientId === SANDBOX_CAL_CLIENT.id;
  const isCronofySandboxed = cronofy?.clientId === SANDBOX_CRONOFY_CLIENT.id;
  const auth = `-H 'Authorization: Bearer ${demoKey}'`;
  const tokenCall = `curl -s -X POST ${url}/api/v1/bookings/token/refresh/ ${auth}`;
  return `
Evergrant is running. Press Ctrl-C to stop it.

  API       ${url}   (docs: ${url}/docs)
  Cal.com   ${sandboxed ? `${calComUrl}/v2   a sandbox: nothing leaves this machine` : (calCom?.apiUrl ?? 'not configured')}
  Cronofy   ${isCronofySandboxed ? `${cronofyUrl}   a sandbox as well` : (cronofy?.apiUrl ?? 'not configured')}
  Data      ${DEV_FOLDER}/   delete it to begin anew

Demo user "alice", with the API key
  KEY=${demoKey}

Try, in another terminal:

  # a live Cal.com token; the first call creates the Cal.com user
  ${tokenCall}

  # the Cal.com user behind it
  curl -s ${url}/api/v1/bookings/user/ ${auth}

  # Cal.com itself, asked with that token
  curl -s ${calCom?.apiUrl ?? calComUrl}/me -H "Authorization: Bearer $(${tokenCall} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')"

  # where alice links a Cronofy account of her own: open it in a browser, which then shows what to paste
  curl -s -X POST ${url}/api/v1/connections/cronofy/authorize/ ${auth}
`;
}
