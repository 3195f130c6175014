/**
 * The command line that runs `command` from here: through npm inside the repository, through npx, or by its own name.
 */
export function asTyped(command: string): string {
  if (import.meta.filename.endsWith('.ts')) return `npm run evergrant -- ${command}`;
  return process.env['npm_lifecycle_event'] === 'npx' ? `npx evergrant ${command}` : `evergrant ${command}`;
}
