import { createInterface } from 'node:readline';
import { DEFAULT_BOUNDS } from '../../../src/grants/exchange.ts';
import { openStores } from '../../../src/stores/index.ts';
import { Vault } from '../../../src/stores/vault/vault.ts';
import { systemClock } from '../../../src/composition/system-clock.ts';
import { REALM, SUBJECT } from './one-grant.ts';
import { ringKey } from './ring-key.ts';

// Run by tests as a process of its own: says "ready", tries to open an exchange on every line it gets, and says which.
const [path = ''] = process.argv.slice(2);
const vault = new Vault([ringKey('k1', Buffer.alloc(32, 1))]);
const { grants } = await openStores({
  location: { kind: 'sqlite', path },
  vault,
  clock: systemClock,
  bounds: DEFAULT_BOUNDS,
});
await grants.connect(REALM, SUBJECT);
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'go') break;
  const { grantId } = (await grants.view(REALM, SUBJECT))!;
  const { last } = await grants.exchangeStatus(grantId);
  const exchange = await grants.openExchange({
    grantId,
    kind: 'recover',
    presented: undefined,
    last,
    current: undefined,
  });
  console.log(`opened ${exchange?.exchangeId ?? 'nothing'}`);
}
