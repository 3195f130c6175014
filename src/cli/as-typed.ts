/** A command of ours as it is to be typed from where this one was: by its own name, or through npm in the repository. */
export function asTyped(command: string): string {
  if (import.meta.filename.endsWith('.ts')) return `npm run evergrant -- ${command}`;
  return process.env['npm_lifecycle_event'] === 'npx' ? `npx evergrant ${command}` : `evergrant ${command}`;
}
