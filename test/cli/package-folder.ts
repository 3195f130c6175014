import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { newWorkFolder, ROOT, type WorkFolder } from '../support/start-command.ts';

/** A folder that is the package to npm, so that data made there are not the repository's. */
export function newPackageFolder(): WorkFolder {
  const folder = newWorkFolder();
  cpSync(join(ROOT, 'package.json'), join(folder.path, 'package.json'));
  for (const name of ['src', 'node_modules']) symlinkSync(join(ROOT, name), join(folder.path, name));
  return folder;
}
