import { Command, Option } from 'commander';
import { mintApiKey, type ApiKeyRecord } from '../callers/api-key.ts';
import { ROLES, type Role } from '../callers/caller.ts';
import { asTyped } from './as-typed.ts';
import { plainTable } from './plain-table.ts';
import { devOption, openStored } from './stored-config.ts';

interface CommonOptions {
  readonly dev?: boolean;
  readonly json?: boolean;
}

interface CreateOptions extends CommonOptions {
  readonly role: Role;
  readonly subject?: string;
  readonly email?: string;
  readonly name?: string;
}

/** `evergrant keys`: manages who may call the API. */
export function keysCommand(): Command {
  return new Command('keys')
    .description('API keys of callers')
    .addCommand(create())
    .addCommand(list())
    .addCommand(revoke());
}

function create(): Command {
  return new Command('create')
    .description('make a key; it is shown once and stored only as a hash')
    .addOption(new Option('--role <role>', 'what the key may do').choices(ROLES).makeOptionMandatory())
    .option('--subject <subject>', 'whose key it is; for the role user')
    .option('--email <email>', "the user's e-mail, for creating the Cal.com account")
    .option('--name <name>', "the user's name, or a label")
    .option('--json', 'answer as JSON')
    .addOption(devOption())
    .action(async ({ role, subject, email, name, ...options }: CreateOptions) => {
      if (role === 'user' && subject === undefined) {
        throw new RangeError('A user key needs a subject: say whose key it is, for example with --subject alice.');
      }
      const { key, record } = mintApiKey({ role, subject, email, name }, Date.now());
      await using operator = await openStored(options);
      await operator.apiKeys.add(record);
      if (options.json === true) {
        console.log(JSON.stringify({ ...shown(record), key: key.reveal() }));
        return;
      }
      const revoking = onSameData(`keys revoke ${record.id}`, options);
      console.log(`${key.reveal()}\n\nKeep it now; it can't be shown again. Revoke it with: ${revoking}`);
    });
}

function list(): Command {
  return new Command('list')
    .description('list keys, without the keys themselves')
    .option('--json', 'answer as JSON')
    .addOption(devOption())
    .action(async (options: CommonOptions) => {
      await using operator = await openStored(options);
      const keys = (await operator.apiKeys.list()).map(shown);
      if (options.json === true) console.log(JSON.stringify(keys));
      else if (keys.length === 0) {
        console.log(`There are no keys. Make one with: ${asTyped('keys create --help')}`);
      } else console.log(plainTable(HEAD, keys.map(rowOf)));
    });
}

function revoke(): Command {
  return new Command('revoke')
    .description('revoke a key; running instances refuse it within 5 seconds')
    .argument('<id>', 'the id of the key, as "evergrant keys list" shows it')
    .option('--json', 'answer as JSON')
    .addOption(devOption())
    .action(async (id: string, options: CommonOptions) => {
      await using operator = await openStored(options);
      const revoked = await operator.apiKeys.revoke(id, Date.now());
      if (options.json === true) console.log(JSON.stringify({ id, revoked }));
      else
        console.log(
          revoked
            ? `${id} is revoked.`
            : `There is no key ${id} that could be revoked. See: ${onSameData('keys list', options)}`,
        );
      if (!revoked) process.exitCode = 1;
    });
}

/** A command to paste that uses the same data as this one. */
function onSameData(command: string, { dev }: CommonOptions): string {
  return asTyped(dev === true ? `${command} --dev` : command);
}

const HEAD = ['id', 'role', 'subject', 'email', 'name', 'created', 'revoked'];

function rowOf({ id, role, subject, email, name, created_at, revoked_at }: ReturnType<typeof shown>): string[] {
  return [id, role, subject ?? '', email ?? '', name ?? '', created_at, revoked_at ?? ''];
}

function shown({ id, role, subject, email, name, createdAt, revokedAt }: ApiKeyRecord) {
  return {
    id,
    role,
    subject,
    email,
    name,
    created_at: new Date(createdAt).toISOString(),
    revoked_at: revokedAt === undefined ? undefined : new Date(revokedAt).toISOString(),
  };
}
