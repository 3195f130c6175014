export type { RunningSandbox, SandboxOptions } from './control/listen.ts';
export { startCalCom } from './cal-com/start.ts';
export { startCronofy } from './cronofy/start.ts';
export { startOAuth2 } from './oauth-2/start.ts';
