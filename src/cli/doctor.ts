import { Command } from 'commander';
import type { Finding } from '../composition/doctor.ts';
import { devDefaults } from './dev/data.ts';
import { devHint } from './dev/hint.ts';
import { devOption } from './stored-config.ts';

const MARKS: Readonly<Record<Finding['verdict'], string>> = { good: 'ok  ', odd: 'odd ', bad: 'BAD ' };

/** `evergrant doctor`: checks that this deployment is in order. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check configuration, database, key ring and provider, and say what is wrong')
    .option('--json', 'answer as JSON')
    .addOption(devOption())
    .action(async ({ json, dev }: { json?: boolean; dev?: boolean }) => {
      const { examine } = await import('../composition/doctor.ts');
      const found = await examine(process.env, dev === true ? devDefaults(process.env) : undefined);
      const findings = found.map(withDevHint);
      if (json === true) console.log(JSON.stringify(findings));
      else for (const { verdict, check, detail } of findings) console.log(`${MARKS[verdict]}${check}: ${detail}`);
      if (findings.some(({ verdict }) => verdict === 'bad')) process.exitCode = 1;
    });
}

function withDevHint(finding: Finding): Finding {
  const hint = devHint([{ variable: finding.check }]);
  return hint === undefined ? finding : { ...finding, detail: `${finding.detail} ${hint}` };
}
