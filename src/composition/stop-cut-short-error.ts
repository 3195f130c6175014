/** A stop that did not wait for everything. What was asked of providers goes on there without us. */
export class StopCutShortError extends Error {
  override readonly name = 'StopCutShortError';
  readonly code = 'stop_cut_short';
  /** What was still going on, in words. */
  readonly underWay: readonly string[];

  /** @param why fit to begin a sentence with */
  constructor(why: string, underWay: readonly string[]) {
    const what = underWay.length === 0 ? 'nothing that is known of' : underWay.join(', ');
    super(`${why} Still under way: ${what}. Answers that had come are stored, or wait in the rescue folder.`);
    this.underWay = underWay;
  }
}
