import type { ConnectionVerdict, LinkStore, NewConnection, TakenLink } from '../../../src/grants/storage/link-store.ts';
import type { Places } from './places.ts';
import type { Shard } from './shard.ts';

/**
 * Links that lie at their subject's home. The words that lead on don't say whose they are, so all shards are asked for
 * those; and a connection is made where its account's grant is, to which its link is copied.
 */
export function routedLinks(shards: readonly Shard[], places: Places): LinkStore {
  const at = (link: { readonly realm: string; readonly subject: string }) => places.home(link).stores.links;
  return {
    begin: (link) => at(link).begin(link),
    startAuthorization: (ticket, departure) =>
      firstOf(shards, ({ stores }) => stores.links.startAuthorization(ticket, departure)),
    receive: (state, browser, brought) =>
      firstOf(shards, ({ stores }) => stores.links.receive(state, browser, brought)),
    take: (completion, owner) => at(owner).take(completion, owner),
    renew: (link) => at(link).renew(link),
    keep: (link, answer) => at(link).keep(link, answer),
    putBack: (link) => at(link).putBack(link),
    end: (link) => at(link).end(link),
    giveUp: (link) => at(link).giveUp(link),
    connect: (connection) => connect(places, connection),
  };
}

/**
 * The transaction in the account's shard decides, and is the first that lasts. Whoever dies after it leaves the link as it
 * was at home; completing it again finds that it is connected there, and does what is left.
 */
async function connect(places: Places, connection: NewConnection): Promise<ConnectionVerdict> {
  const { link, answer, replace } = connection;
  const { realm, subject } = link;
  const home = places.home(link);
  const target = places.ofAccount(realm, answer.profile.accountId);
  return places.moving(link, async (from, move, client) => {
    if (from !== target) {
      const [present] = await from.stores.connections.of(subject, [realm]);
      if (present !== undefined && !replace) return { kind: 'other_account', present: present.profile };
    }
    if (target !== home) await copyLink(home, target, link);
    const verdict = await target.stores.links.connect(connection);
    if (verdict.kind !== 'connected') return verdict;
    if (from !== target) await from.stores.connections.disconnect(realm, subject);
    await move(target);
    if (target !== home) await client.query(OVER, [link.id]);
    return verdict;
  });
}

const OVER = `update links set step = 'connected', holder = null, lease_until = null, code = null, code_verifier = null,
  answer = null where id = $1`;

/** As it was taken, unless it is connected there already. */
async function copyLink(from: Shard, to: Shard, { id }: TakenLink): Promise<void> {
  const { rows } = await from.pool.query<Record<string, unknown>>('select * from links where id = $1', [id]);
  const [row] = rows;
  if (row === undefined) return;
  const columns = Object.keys(row);
  const values = columns.map((_, index) => `$${index + 1}`);
  await to.pool.query(
    `insert into links (${columns.join(', ')}) values (${values.join(', ')}) on conflict (id) do update
      set step = excluded.step, holder = excluded.holder, lease_until = excluded.lease_until
      where links.step <> 'connected'`,
    Object.values(row),
  );
}

async function firstOf<Found>(
  shards: readonly Shard[],
  ask: (shard: Shard) => Promise<Found | undefined>,
): Promise<Found | undefined> {
  for (const shard of shards) {
    const found = await ask(shard);
    if (found !== undefined) return found;
  }
  return undefined;
}
