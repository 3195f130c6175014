import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CONFIG_VARIABLES } from '../../src/config/index.ts';
import { evergrant, newWorkFolder, ROOT } from '../support/start-command.ts';

/** Every command, and what its help must name. */
const COMMANDS: Record<string, string[]> = {
  '': ['dev', 'serve', 'sandbox', 'keys', 'doctor', 'migrate', '--version'],
  dev: ['--cal-port', '--cronofy-port'],
  serve: CONFIG_VARIABLES.map(({ name }) => name),
  sandbox: ['--cal-port', '--cronofy-port', '--oauth2-port', '--host', '--state'],
  keys: ['create', 'list', 'revoke'],
  'keys create': ['--role', '"user", "server", "admin"', '--subject', '--email', '--name', '--json', '--dev'],
  'keys list': ['--json', '--dev'],
  'keys revoke': ['<id>', '--json', '--dev'],
  doctor: ['--json', '--dev'],
  migrate: ['--json', '--dev'],
};

describe('the command line', { concurrency: 3 }, () => {
  for (const [command, names] of Object.entries(COMMANDS)) {
    it(`explains "${['evergrant', command].join(' ').trim()}" at --help, and does nothing`, async () => {
      using folder = newWorkFolder();
      const args = [...command.split(' ').filter((part) => part !== ''), '--help'];
      const { code, stdout, stderr } = await evergrant(args, { cwd: folder.path });
      assert.deepEqual([code, stderr], [0, '']);
      for (const name of names) assert.ok(stdout.includes(name), `${name} in ${stdout}`);
      assert.deepEqual(readdirSync(folder.path), []);
    });
  }

  it('tells its version', async () => {
    using folder = newWorkFolder();
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const { code, stdout } = await evergrant(['--version'], { cwd: folder.path });
    assert.deepEqual([code, stdout.trim()], [0, version]);
  });

  for (const mistake of ['evolve', 'keys steal', 'dev --prot 1', 'migrate now']) {
    it(`refuses "evergrant ${mistake}", and points at --help`, async () => {
      using folder = newWorkFolder();
      const { code, stderr } = await evergrant(mistake.split(' '), { cwd: folder.path });
      assert.equal(code, 1);
      assert.match(stderr, /error: [\s\S]*--help/);
      assert.deepEqual(readdirSync(folder.path), []);
    });
  }
});
