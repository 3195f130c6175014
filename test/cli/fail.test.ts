import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONFIG_VARIABLES } from '../../src/config/index.ts';
import { evergrant, newWorkFolder } from '../support/start-command.ts';

describe('a command that fails for its configuration', () => {
  it('names the command that lists every variable', async () => {
    using folder = newWorkFolder();
    const { code, stderr } = await evergrant(['serve'], { cwd: folder.path });
    assert.equal(code, 1);
    const [, named = ''] = /\bevergrant ([a-z -]+) lists every variable\.$/m.exec(stderr) ?? [];
    const { stdout } = await evergrant(named.split(' '), { cwd: folder.path });
    for (const { name } of CONFIG_VARIABLES)
      assert.ok(stdout.includes(name), `${name} of evergrant ${named}\n${stdout}`);
  });
});
