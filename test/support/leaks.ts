/** Something that must be seen nowhere, and what to call it in a report. */
export interface Canary {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Something to look through. */
export interface Place {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A token's part that is enough to be worth nothing to others; shorter ones would be found by chance. */
const SHORTEST_BYTES = 12;

/** Every spelling under which a canary might be written down. */
export function spellingsOf(bytes: Buffer): Map<string, Buffer> {
  const text = bytes.toString('latin1');
  const spellings = new Map<string, Buffer>([
    ['plain', bytes],
    ['reversed', Buffer.from(bytes).reverse()],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ['capital hex', Buffer.from(bytes.toString('hex').toUpperCase())],
    ['UTF-16', Buffer.from(text, 'utf16le')],
    ['percent encoding', Buffer.from(encodeURIComponent(text))],
    ['full percent encoding', Buffer.from(text.replace(/[\s\S]/g, (each) => `%${hexOf(each)}`))],
    ['JSON', Buffer.from(JSON.stringify(text).slice(1, -1))],
  ]);
  // In a longer text that was encoded as a whole, the canary begins at any of three places of a group.
  for (const before of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
    const whole = shifted.subarray(0, shifted.length - (shifted.length % 3));
    const start = before === 0 ? 0 : 4;
    spellings.set(`base64 at ${before}`, Buffer.from(whole.toString('base64').slice(start)));
    spellings.set(`base64url at ${before}`, Buffer.from(whole.toString('base64url').slice(start)));
  }
  return spellings;
}

/** Where canaries are seen: "the name of the place: the name of the canary as its spelling". */
export function findLeaks(canaries: readonly Canary[], places: readonly Place[]): string[] {
  return canaries.flatMap((canary) => {
    if (canary.bytes.length < SHORTEST_BYTES) throw new RangeError(`The canary ${canary.name} is too short.`);
    const spellings = [...spellingsOf(canary.bytes)];
    return places.flatMap((place) =>
      spellings
        .filter(([, spelling]) => place.bytes.includes(spelling))
        .map(([spelling]) => `${place.name}: ${canary.name} as ${spelling}`),
    );
  });
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase();
}
