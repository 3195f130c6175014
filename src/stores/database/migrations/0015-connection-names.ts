import type { MigrationParts } from '../migrator/step.ts';

/**
 * Whose a connection with a name is: its `subject` is a key that only such a connection has. Versions that know no names
 * treat that key as one more subject.
 */
export function parts(): MigrationParts {
  return {
    swap: [`alter table connections add column owner text`, `alter table links add column owner text`],
    after: [
      { kind: 'index', name: 'connections_owner', on: 'connections (owner) where owner is not null' },
      { kind: 'index', name: 'links_owner', on: 'links (realm, owner) where owner is not null' },
    ],
  };
}
