export type { RunningSandbox, SandboxOptions } from './control/listen.ts';
export { startCalCom } from './cal-com/start.ts';
