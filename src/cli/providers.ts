import { Command } from 'commander';
import type { ExaminationStep } from '../providers/provider.ts';
import { devDefaults } from './dev/data.ts';
import { devOption } from './stored-config.ts';

const MARKS: Readonly<Record<ExaminationStep['verdict'], string>> = { good: 'ok  ', odd: 'odd ', bad: 'BAD ' };

/** `evergrant providers`: what concerns the definitions of providers. */
export function providersCommand(): Command {
  return new Command('providers')
    .description('check the definition of a provider against its server')
    .addCommand(check());
}

function check(): Command {
  return new Command('check')
    .description(
      'ask every endpoint of a provider with made-up tokens, and say what to write into its definition; changes nothing',
    )
    .argument('<name>', 'the name of the provider, as in the file of EVERGRANT_PROVIDERS')
    .option('--json', 'answer as JSON')
    .addOption(devOption())
    .action(async (name: string, { json, dev }: { json?: boolean; dev?: boolean }) => {
      const [{ loadConfig }, { examineProvider }] = await Promise.all([
        import('../config/index.ts'),
        import('../composition/examine-provider.ts'),
      ]);
      const loaded = loadConfig(process.env, dev === true ? devDefaults(process.env) : undefined);
      const steps: ExaminationStep[] = [];
      for await (const step of examineProvider(loaded, name)) {
        steps.push(step);
        if (json !== true) console.log(`${MARKS[step.verdict]}${step.step}: ${step.detail}`);
      }
      if (json === true) console.log(JSON.stringify(steps));
      if (steps.some(({ verdict }) => verdict === 'bad')) process.exitCode = 1;
    });
}
